// Reading the small files in which the kernel tells what it is doing. A file that is missing or may
// not be read is an everyday answer here, not an error.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace concbench {

// The whole file, or as many bytes of it; or nothing: also where it ceases to be while it is read,
// as that of a process does (ESRCH), which a std::ifstream answers with an exception.
inline std::optional<std::string> read_text(const std::string& path,
                                            std::size_t most = std::string::npos) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  char part[4096];
  ssize_t size;
  while ((size = read(file, part, sizeof part)) > 0 || (size < 0 && errno == EINTR)) {
    if (size > 0) text.append(part, static_cast<std::size_t>(size));
    if (text.size() < most) continue;
    text.resize(most);
    size = 0;
    break;
  }
  close(file);
  return size == 0 ? std::optional(text) : std::nullopt;
}

// The names in a folder, as far as they can be told: entries of /proc come and go meanwhile.
inline std::vector<std::string> names_in(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code gone;
  for (fs::directory_iterator each(folder, gone), end; each != end; each.increment(gone)) {
    names.push_back(each->path().filename().string());
  }
  return names;
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
  std::istringstream file(read_text(path).value_or(""));
  for (std::string word, line; file >> word && std::getline(file, line);) {
    if (word.ends_with(':')) word.pop_back();
    if (word != key) continue;
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    return leading_number(line);
  }
  return std::nullopt;
}

}  // namespace concbench
