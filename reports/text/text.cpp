#include "reports/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace concbench {
namespace {

// What text is made of that is not to be shown as it is.
constexpr char32_t malformed = 0xFFFD;

// One code point and its length in bytes; a byte that is not UTF-8 is malformed by itself.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) < 0xC2 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length == 1 || length > text.size() || byte(0) > 0xF4) return {malformed, 1};
  char32_t point = byte(0) & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {malformed, 1};
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < least[length] || point > 0x10FFFF || surrogate) return {malformed, 1};
  return {point, length};
}

// Moves the cursor of a terminal, begins a line, or turns the direction of what follows.
bool is_control(char32_t point) {
  const auto in = [&](char32_t first, char32_t last) { return first <= point && point <= last; };
  return in(0, 0x1F) || in(0x7F, 0x9F) || in(0x2028, 0x202E) || in(0x2066, 0x2069) ||
         point == 0xFEFF;
}

// What GitHub takes for a command to its runner where it begins a line, which any word may once
// lines are broken: "::error::…", "##[error]…".
bool is_command(std::string_view text, std::string_view before) {
  const bool begins_word = before.empty() || before.back() == ' ';
  return text.starts_with("##[") || (begins_word && text.starts_with("::"));
}

// The main blocks that terminals show two columns wide (Unicode Standard Annex 11), and the marks
// that combine with the character before them.
int columns_of(char32_t point) {
  const auto in = [&](char32_t first, char32_t last) { return first <= point && point <= last; };
  if (in(0x300, 0x36F) || in(0x200B, 0x200F) || in(0xFE00, 0xFE0F)) return 0;
  return in(0x1100, 0x115F) || in(0x2E80, 0xA4CF) || in(0xAC00, 0xD7A3) || in(0xF900, 0xFAFF) ||
                 in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) || in(0x1F300, 0x1FAFF) ||
                 in(0x20000, 0x3FFFD)
             ? 2
             : 1;
}

// What stands for a character where there is only ASCII.
std::string_view ascii(char32_t point) {
  static constexpr std::pair<char32_t, std::string_view> replacements[] = {
      {U'µ', "u"},  {U'×', "x"},   {U'·', "|"},      {U'–', "-"},    {U'—', "-"},
      {U'−', "-"},  {U'…', "..."}, {U'±', "+-"},     {U'÷', "/"},    {U'→', "->"},
      {U'←', "<-"}, {U'≤', "<="},  {U'≥', ">="},     {U'Σ', "sum "}, {U'²', "^2"},
      {U'⁴', "^4"}, {U'⁶', "^6"},  {U'⁻', "^-"},     {U'⁹', "9"},    {U'ᵢ', "_i"},
      {U'ⱼ', "_j"}, {U'ₖ', "_k"},  {U'⌊', "floor("}, {U'⌋', ")"},    {U'Δ', "change"}};
  const auto found = std::find_if(std::begin(replacements), std::end(replacements),
                                  [&](const auto& pair) { return pair.first == point; });
  return found == std::end(replacements) ? "?" : found->second;
}

// The lines of words that fit, the first after `first` and the others after `hang` blanks. Blanks
// between words stay as they are.
std::string filled(std::string first, std::string_view text, std::size_t hang,
                   const TableStyle& style, std::string_view code) {
  const auto width = static_cast<std::size_t>(std::max(style.width, 0));
  std::string out, current = std::move(first);
  const auto finish = [&] {
    current.erase(current.find_last_not_of(' ') + 1);
    out += painted(code, current, style) + '\n';
    current.assign(hang, ' ');
  };
  bool empty = true;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view gap = text.substr(0, begin), word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    if (!empty && width_of(current) + gap.size() + width_of(word) > width) {
      finish();
      empty = true;
    }
    if (!empty) current += gap;
    current += word;
    empty = false;
  }
  finish();
  return out;
}

// Where the lines go on that a line is broken into: below its last column, if that leaves half of
// the width, and otherwise below its beginning.
std::size_t hang_of(std::string_view line, std::size_t width) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  std::size_t hang = indent;
  for (std::size_t gap = indent; (gap = line.find("  ", gap)) != line.npos;) {
    gap = std::min(line.find_first_not_of(' ', gap), line.size());
    const std::size_t column = width_of(line.substr(0, gap));
    if (gap < line.size() && column <= width / 2) hang = column;
  }
  return hang;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    width += static_cast<std::size_t>(columns_of(point));
    text.remove_prefix(length);
  }
  return width;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    std::string_view next = text.substr(0, length);
    if (is_control(point)) next = " ";
    if (point == malformed) next = "\uFFFD";
    if (out.size() + next.size() > most) return out + "…";
    const bool command = is_command(text, out);
    out += next;
    if (command) out += ' ';
    text.remove_prefix(length);
  }
  return out;
}

std::string shown(std::string_view text, const TableStyle& style) {
  const std::string safe = printable(text);
  if (style.unicode) return safe;
  std::string out;
  for (std::string_view rest = safe; !rest.empty();) {
    const auto [point, length] = decode(rest);
    if (point < 0x7F) {
      out += rest.substr(0, length);
    } else {
      // Between blanks it parts, between factors it multiplies.
      const bool multiplies = point == U'·' && !out.empty() && out.back() != ' ';
      out += multiplies ? "*" : ascii(point);
    }
    rest.remove_prefix(length);
  }
  return out;
}

std::string in_xml(std::string_view text) {
  std::string safe;
  for (const char byte : text) {
    switch (byte) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default:
        const auto code = static_cast<unsigned char>(byte);
        if ((code < 0x20 && byte != '\n' && byte != '\t') || code == 0x7f) {
          safe += "\uFFFD";
        } else {
          safe += byte;
        }
    }
  }
  return safe;
}

std::string in_markdown(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("|\\`*_<>[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string painted(std::string_view code, const std::string& text, const TableStyle& style) {
  return style.color && !code.empty() && !text.empty()
             ? fmt::format("\x1b[{}m{}\x1b[0m", code, text)
             : text;
}

std::string wrapped(const std::string& prefix, std::string_view text, std::string_view code,
                    const TableStyle& style) {
  return filled(prefix, shown(text, style), width_of(prefix), style, code);
}

std::string fitted(std::string_view text, const TableStyle& style, std::string_view code) {
  const auto width = static_cast<std::size_t>(std::max(style.width, 0));
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = shown(text.substr(0, end), style);
    line.erase(line.find_last_not_of(' ') + 1);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!style.wraps || width_of(line) <= width) {
      out += painted(code, line, style) + '\n';
      continue;
    }
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    out += filled(line.substr(0, indent), std::string_view(line).substr(indent),
                  hang_of(line, width), style, code);
  }
  return out;
}

}  // namespace concbench
