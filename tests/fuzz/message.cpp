// Any bytes as a line of a process: refused, or within the bounds that a result needs.
#include "cli/harness/messages.hpp"
#include "reports/result/json.hpp"

namespace concbench {
namespace {

void require(bool held) {
  if (!held) __builtin_trap();
}

void read(const Json& message) {
  const std::string type = type_of(message);
  if (type == "hello") {
    read_hello(message);
  } else if (type == "sample") {
    const Sampled read = read_sampled(message, 8);
    require(read.sample.wall_ns >= 0 && read.sample.wall_ns <= largest_count);
    require(read.sample.cpu_ns.value_or(0) >= 0);
    require(!read.workers || read.workers->size() <= 8);
  } else if (type == "opened") {
    require(read_opened(message).cold_start_ns.value_or(0) >= 0);
  } else if (type == "closed") {
    for (const auto& [name, note] : read_closed(message).notes) {
      require(note.find('\x1b') == note.npos && name.find('\x1b') == name.npos);
    }
  } else {
    reason_of(message);
  }
}

}  // namespace
}  // namespace concbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) try {
  concbench::read(concbench::parse_json({reinterpret_cast<const char*>(data), size}));
  return 0;
} catch (const concbench::BadJson&) {
  return 0;
}
