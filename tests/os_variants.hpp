// The models that the operating system provides in each of their variants, and what tests of them
// look at.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/model.hpp"

namespace concbench {

extern const Model serial_model, threads_model, processes_model;

#if defined(__SANITIZE_THREAD__)
constexpr bool has_tsan = true;
#elif defined(__has_feature)
constexpr bool has_tsan = __has_feature(thread_sanitizer);
#else
constexpr bool has_tsan = false;
#endif

// A model with one of its variants.
struct Variant {
  const Model* model;
  std::string wait;  // "" for a model without the option
};

inline std::string name_of_variant(const testing::TestParamInfo<Variant>& info) {
  return std::string(info.param.model->name) + (info.param.wait.empty() ? "" : "_") +
         info.param.wait;
}

inline Setup setup_of(const Variant& variant) {
  concbench::Setup setup{os::allowed_cpus(), {}};
  if (!variant.wait.empty()) setup.options["wait"] = variant.wait;
  return setup;
}

// ThreadSanitizer runs a thread of its own, so that no process under it may fork as this model
// does.
#define SKIP_IF_IT_CANNOT_FORK(variant)                \
  if (has_tsan && (variant).model == &processes_model) \
  GTEST_SKIP() << "ThreadSanitizer has a thread of its own"

class OsModel : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override { SKIP_IF_IT_CANNOT_FORK(GetParam()); }

  std::unique_ptr<Instance> start() const { return GetParam().model->start(setup_of(GetParam())); }
};

inline std::ptrdiff_t entries(const std::string& folder) {
  const std::filesystem::directory_iterator all(folder);
  return std::distance(begin(all), end(all));
}

inline std::ptrdiff_t open_descriptors() { return entries("/proc/self/fd"); }

// Whether this process has no child left, running or unreaped.
inline bool childless() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

// Runs `body` in a child of this process and returns its exit status, 255 if it was killed.
inline int in_a_child(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

inline std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  return {std::istream_iterator<pid_t>(in), {}};
}

// The children of a process once it has `count` of them.
inline std::vector<pid_t> await_children(pid_t pid, std::size_t count) {
  std::vector<pid_t> children;
  while ((children = children_of(pid)).size() < count) usleep(1000);
  return children;
}

}  // namespace concbench
