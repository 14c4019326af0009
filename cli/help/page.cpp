#include "cli/help/page.hpp"

#include <sstream>

namespace concbench {
namespace {

// Markdown's marks removed: of a link its text remains, of emphasis and code what is marked.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (c == ']' && text.substr(i).starts_with("](")) {
      i = std::min(text.find(')', i), text.size() - 1);
    } else if (c == '[' && text.find("](", i) < text.find(']', i) + 1) {
      continue;
    } else if (c != '`' && c != '*') {
      out += c;
    }
  }
  return out;
}

// What stands between backticks.
std::vector<std::string> quotation(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t open; (open = text.find('`')) != text.npos;) {
    text.remove_prefix(open + 1);
    const std::size_t close = std::min(text.find('`'), text.size());
    words.emplace_back(text.substr(0, close));
    text.remove_prefix(std::min(close + 1, text.size()));
  }
  return words;
}

// Whole paragraphs, each on one line.
std::vector<std::string> paragraphs_of(const std::string& text) {
  std::vector<std::string> paragraphs(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('|')) continue;
    if (line.empty()) {
      if (!paragraphs.back().empty()) paragraphs.emplace_back();
    } else {
      paragraphs.back() += (paragraphs.back().empty() ? "" : " ") + line;
    }
  }
  if (paragraphs.back().empty()) paragraphs.pop_back();
  return paragraphs;
}

std::string joined(const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const std::string& paragraph : paragraphs) {
    text += (text.empty() ? "" : "\n\n") + plain(paragraph);
  }
  return text;
}

Section section_of(const std::string& title, const std::string& chapter, const std::string& text) {
  Section section{.title = title, .names = {title}, .chapter = chapter, .text = {}};
  std::vector<std::string> paragraphs = paragraphs_of(text);
  if (!paragraphs.empty() && paragraphs.front().starts_with("Names: ")) {
    for (std::string& name : quotation(paragraphs.front()))
      section.names.push_back(std::move(name));
    paragraphs.erase(paragraphs.begin());
  }
  section.text = joined(paragraphs);
  return section;
}

}  // namespace

std::vector<Section> sections_of(std::string_view page) {
  std::vector<Section> sections;
  std::string chapter, title, text;
  const auto finish = [&] {
    if (!title.empty()) {
      sections.push_back(section_of(title, chapter, text));
    } else {
      chapter = joined(paragraphs_of(text));
    }
    title.clear();
    text.clear();
  };
  std::istringstream lines{std::string(page)};
  for (std::string line; std::getline(lines, line);) {
    const bool opens_chapter = line.starts_with("## "), opens_section = line.starts_with("### ");
    if (!opens_chapter && !opens_section) {
      text += line + '\n';
      continue;
    }
    finish();
    if (opens_chapter) chapter.clear();
    if (opens_section) title = line.substr(4);
  }
  finish();
  return sections;
}

}  // namespace concbench
