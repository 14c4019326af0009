#include "cli/harness/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "models/machine/affinity.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

// Of texts that results keep.
constexpr std::size_t longest_name = 200, longest_text = 2'000;

std::string text(const Json& value, std::string_view name, std::size_t most = longest_text) {
  return printable(as_string(value, name), most);
}

std::optional<std::int64_t> optional_count(const Json& message, std::string_view key) {
  const Json* value = optional_field(message, key);
  if (!value) return {};
  return as_count(*value, key);
}

int cpu_number(const Json& value, std::string_view name, std::int64_t least) {
  const std::int64_t cpu = as_integer(value, name);
  if (cpu < least || cpu >= os::max_cpus) {
    throw BadJson(
        fmt::format("\"{}\" is {}; it must be from {} to {}", name, cpu, least, os::max_cpus - 1));
  }
  return static_cast<int>(cpu);
}

// Names and what is said of each.
Texts texts(const Json& object, std::string_view name) {
  Texts all;
  for (const auto& [key, value] : as_object(object, name).items()) {
    all[printable(key, longest_name)] = text(value, fmt::format("{}.{}", name, key));
  }
  return all;
}

// A whole number from 0 to 2^64 − 1, as text.
std::string decimal(const Json& value, std::string_view name) {
  const std::string digits = as_string(value, name);
  const bool fits = !digits.empty() && digits.size() <= 20 &&
                    digits.find_first_not_of("0123456789") == digits.npos;
  if (!fits) throw BadJson(fmt::format("\"{}\" must be a whole number written as a text", name));
  return digits;
}

ObservedWorker observed_worker(const Json& entry) {
  ObservedWorker worker;
  worker.cpu = cpu_number(field(entry, "cpu"), "workers.cpu", -1);
  worker.migrations = as_count(field(entry, "migrations"), "workers.migrations");
  for (const Json& cpu : as_array(field(entry, "observed"), "workers.observed")) {
    worker.observed.push_back(cpu_number(cpu, "workers.observed", 0));
  }
  if (!std::ranges::is_sorted(worker.observed)) {
    throw BadJson("\"workers.observed\" must ascend");
  }
  return worker;
}

}  // namespace

std::string type_of(const Json& message) {
  return printable(string_field(message, "type"), longest_name);
}

std::string reason_of(const Json& message) { return text(field(message, "reason"), "reason"); }

Hello read_hello(const Json& message) {
  if (type_of(message) != "hello") throw BadJson("its first message is not a hello");
  if (const auto protocol = integer_field(message, "protocol"); protocol != 1) {
    throw BadJson(fmt::format("it speaks version {} of the protocol, not 1", protocol));
  }
  Hello hello;
  for (const Json& name : as_array(field(message, "workloads"), "workloads")) {
    hello.workloads.push_back(text(name, "workloads", longest_name));
  }
  if (const Json* refuses = optional_field(message, "refuses")) {
    hello.refuses = texts(*refuses, "refuses");
  }
  const auto optional_text = [&](const char* name) -> std::optional<std::string> {
    const Json* value = optional_field(message, name);
    if (!value) return {};
    return text(*value, name);
  };
  hello.program = optional_text("program").value_or("");
  hello.version = optional_text("version").value_or("");
  hello.model = optional_text("model").value_or("");
  hello.build = optional_text("build");
  return hello;
}

Opened read_opened(const Json& message) {
  return {.cold_start_ns = optional_count(message, "cold_start_ns")};
}

Sampled read_sampled(const Json& message, std::size_t workers) {
  Sampled read;
  Sample& sample = read.sample;
  sample.iterations = as_count(field(message, "iterations"), "iterations");
  sample.wall_ns = as_count(field(message, "wall_ns"), "wall_ns");
  sample.ops = static_cast<std::uint64_t>(as_count(field(message, "ops"), "ops"));
  sample.cpu_ns = optional_count(message, "cpu_ns");
  sample.voluntary = optional_count(message, "voluntary");
  sample.involuntary = optional_count(message, "involuntary");
  read.answer = decimal(field(message, "answer"), "answer");
  read.notice = read_notice(message);
  const Json* list = optional_field(message, "workers");
  if (!list) return read;
  if (as_array(*list, "workers").size() > workers) {
    throw BadJson(fmt::format("\"workers\" are {}, of {}", list->size(), workers));
  }
  read.workers.emplace();
  for (const Json& entry : *list) read.workers->push_back(observed_worker(entry));
  return read;
}

Closed read_closed(const Json& message) {
  Closed closed{.children_peak_rss_bytes = optional_count(message, "children_peak_rss_bytes"),
                .notes = {}};
  if (const Json* notes = optional_field(message, "notes")) closed.notes = texts(*notes, "notes");
  return closed;
}

}  // namespace concbench
