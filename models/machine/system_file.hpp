// Reading the small files in which the kernel tells what it is doing. A file that is missing or may
// not be read is an everyday answer here, not an error.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace concbench {

// The whole file, or nothing.
inline std::optional<std::string> read_text(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // A directory opens but cannot be read.
  if (file.bad()) return std::nullopt;
  return text;
}

// The first line, without blanks around it.
inline std::optional<std::string> read_line(const std::string& path) {
  auto text = read_text(path);
  if (!text) return std::nullopt;
  constexpr std::string_view blank = " \t\r\n";
  text->erase(std::min(text->find('\n'), text->size()));
  text->erase(text->find_last_not_of(blank) + 1);
  text->erase(0, std::min(text->find_first_not_of(blank), text->size()));
  return text;
}

// The number that begins `text`, or nothing: "max" and "-1" are how the kernel writes "no limit".
inline std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

inline std::optional<std::uint64_t> read_number(const std::string& path) {
  const auto line = read_line(path);
  return line ? leading_number(*line) : std::nullopt;
}

// The number behind `key` in a file of "key number" or "key: number" lines, such as /proc/meminfo.
inline std::optional<std::uint64_t> read_entry(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string word, line; file >> word && std::getline(file, line);) {
    if (word.ends_with(':')) word.pop_back();
    if (word != key) continue;
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    return leading_number(line);
  }
  return std::nullopt;
}

}  // namespace concbench
