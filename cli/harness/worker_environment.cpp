#include "cli/harness/worker_environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace concbench {
namespace {

// A name, or the beginning of names where it ends in '*'.
bool matches(std::string_view name, std::string_view pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

template <std::size_t n>
bool is_among(const std::string_view (&patterns)[n], std::string_view name) {
  return std::ranges::any_of(patterns, [&](std::string_view each) { return matches(name, each); });
}

// What finds programs, libraries, languages and folders, and this project's own.
constexpr std::string_view needed[] = {"PATH", "HOME",   "USER", "LOGNAME",     "SHELL",
                                       "LANG", "LC_*",   "TZ",   "TERM",        "LANGUAGE",
                                       "TMP",  "TMPDIR", "TEMP", "CONCBENCH_*", "XDG_RUNTIME_DIR"};

// Accepted and recorded: the allocator, the garbage collectors and what is loaded into the process.
constexpr std::string_view changing_numbers[] = {
    "GOGC",          "GOMEMLIMIT",   "GODEBUG",           "MALLOC_*",     "GLIBC_TUNABLES",
    "LD_PRELOAD",    "LD_BIND_NOW",  "LD_LIBRARY_PATH",   "ASAN_OPTIONS", "TSAN_OPTIONS",
    "UBSAN_OPTIONS", "LSAN_OPTIONS", "JAVA_TOOL_OPTIONS", "NODE_OPTIONS", "ERL_FLAGS",
    "ERL_AFLAGS",    "ERL_ZFLAGS",   "PYTHONPATH",        "JAVA_HOME",    "PYTHONMALLOC"};

// Refused and named: they place threads, or say how many there are, which is what a cell says.
constexpr std::string_view steering[] = {
    "OMP_*",       "GOMP_*",  "KMP_*",    "LIBOMP_*",         "TBB_*",
    "GO*",         "HWLOC_*", "TOKIO_*",  "RAYON_*",          "UV_*",
    "BENCHMARK_*", "LD_*",    "PYTHON*",  "_JAVA_OPTIONS",    "MIMALLOC_*",
    "TCMALLOC_*",  "_RJEM_*", "DOTNET_*", "JDK_JAVA_OPTIONS", "OPENBLAS_*",
    "MKL_*"};

}  // namespace

WorkerEnvironment worker_environment(const std::vector<std::string>& all) {
  WorkerEnvironment made;
  for (const std::string& entry : all) {
    const std::string name = entry.substr(0, entry.find('='));
    if (is_among(changing_numbers, name)) {
      made.passed.emplace(name, entry.substr(std::min(name.size() + 1, entry.size())));
    } else if (!is_among(needed, name)) {
      if (is_among(steering, name)) made.dropped.push_back(name);
      continue;
    }
    made.entries.push_back(entry);
  }
  std::ranges::sort(made.dropped);
  return made;
}

const WorkerEnvironment& worker_environment() {
  static const WorkerEnvironment made = [] {
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry) all.emplace_back(*entry);
    return worker_environment(all);
  }();
  return made;
}

}  // namespace concbench
