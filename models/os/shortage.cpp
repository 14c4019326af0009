#include "models/os/shortage.hpp"

#include <unistd.h>

#include <system_error>

namespace concbench {

// Beside what it holds already, a process needs a few for itself.
std::string refusal_of_connections(const Ask& ask) {
  constexpr std::uint64_t spare = 16;
  const Limit& descriptors = ask.limits.descriptors;
  if (ask.shape != Shape::serve || ask.demand.alive + spare <= descriptors.value) return "";
  return os::grouped(ask.demand.alive) + " connections take a descriptor each; " +
         descriptors.name + " leaves room for " + os::grouped(descriptors.value);
}

namespace os {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string refusal(std::string_view things, const Ask& ask, std::uint64_t least_bytes) {
  const Limits& limits = ask.limits;
  const std::uint64_t alive = ask.demand.alive;
  const std::string asked = grouped(alive) + " " + std::string(things);
  if (alive > limits.tasks.value) {
    return asked + " could be alive at once; " + limits.tasks.name + " leaves room for " +
           grouped(limits.tasks.value);
  }
  least_bytes += ask.demand.stack_bytes;
  if (alive > limits.memory_bytes.value / least_bytes) {
    return asked + " could be alive at once, each taking at least " + grouped(least_bytes) +
           " bytes; " + limits.memory_bytes.name + " leaves " + grouped(limits.memory_bytes.value);
  }
  return "";
}

// A stack is mapped together with a guard page, which are two mappings. Address space that no
// thread touches is not counted: it is not memory.
std::string refusal_of_threads(const Ask& ask) {
  if (std::string why = refusal("threads", ask, least_task_bytes()); !why.empty()) return why;
  const Limit& maps = ask.limits.maps;
  if (ask.demand.alive <= maps.value / 2) return "";
  return grouped(ask.demand.alive) +
         " threads could be alive at once, whose stacks take two memory mappings each; " +
         maps.name + " leaves room for " + grouped(maps.value);
}

std::string shortage(std::string_view thing, int error) {
  const Limits limits = read_limits();
  return "the machine refused another " + std::string(thing) + " (" +
         std::generic_category().message(error) + "); " + limits.tasks.name + " leaves room for " +
         grouped(limits.tasks.value) + " tasks, " + limits.maps.name + " for " +
         grouped(limits.maps.value) + " memory mappings, " + limits.memory_bytes.name + " for " +
         grouped(limits.memory_bytes.value) + " bytes";
}

// The kernel's stack of a task is 16 KiB on x86-64 and arm64 (THREAD_SIZE); of its own stack it
// touches a page.
std::uint64_t least_task_bytes() {
  return 16 * 1024 + static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace os
}  // namespace concbench
