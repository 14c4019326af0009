#include "reports/result/result_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "reports/result/consistency.hpp"
#include "reports/result/descriptor.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_json.hpp"

namespace concbench {

std::string text_of(const Result& result) { return to_text(to_json(result)) + '\n'; }

// Reads at most one byte more than may be, so that an endless file ends.
std::string read_file(const std::string& path, std::size_t most_bytes) {
  const auto fail = [&]() -> std::string {
    throw CannotRead(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return fail();
  std::string text;
  char buffer[1 << 16];
  while (text.size() <= most_bytes) {
    const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail();
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

Json read_json(const std::string& path) {
  const std::string text = read_file(path);
  try {
    return parse_json(text);
  } catch (const BadJson& bad) {
    throw BadJson(fmt::format("{}: {}", path, bad.what()));
  }
}

Result result_of(const Json& document, const std::string& path) try {
  Result result = result_from_json(document);
  refuse_inconsistent(result);
  return result;
} catch (const BadJson& bad) {
  throw BadJson(fmt::format("{}: {}", path, bad.what()));
}

Result read_result(const std::string& path) { return result_of(read_json(path), path); }

}  // namespace concbench
