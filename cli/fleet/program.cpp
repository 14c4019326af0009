#include "cli/fleet/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "cli/harness/argument_pointers.hpp"
#include "cli/harness/signals.hpp"

namespace concbench {
namespace {

struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};

// In a group of its own, to be signalled whole, with no signal blocked.
struct Attributes {
  posix_spawnattr_t value;
  Attributes() {
    posix_spawnattr_init(&value);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&value, &none);
    posix_spawnattr_setpgroup(&value, 0);
    posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File temporary() {
  File file(std::tmpfile(), std::fclose);
  if (!file) throw std::runtime_error(fmt::format("no temporary file: {}", strerror(errno)));
  return file;
}

std::string text_in(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char part[4096];
  for (std::size_t size; (size = std::fread(part, 1, sizeof part, file)) > 0;) {
    text.append(part, size);
  }
  return text;
}

}  // namespace

Ended run_program(const std::vector<std::string>& words) {
  const File out = temporary(), err = temporary();
  Actions actions;
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.value, fileno(out.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions.value, fileno(err.get()), STDERR_FILENO);
  pid_t child;
  const int why = posix_spawnp(&child, words.front().c_str(), &actions.value, nullptr,
                               argument_pointers(words).data(), environ);
  if (why != 0) return {127, "", fmt::format("{}: {}", words.front(), strerror(why))};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {code_of(status), text_in(out.get()), text_in(err.get())};
}

int run_logged(const std::vector<std::string>& words,
               const std::map<std::string, std::string>& variables, const std::string& log) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view name = std::string_view(*entry).substr(0, std::strcspn(*entry, "="));
    if (!variables.contains(std::string(name))) environment.emplace_back(*entry);
  }
  for (const auto& [name, value] : variables) environment.push_back(name + '=' + value);

  Actions actions;
  const Attributes attributes;
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions.value, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0666);
  posix_spawn_file_actions_adddup2(&actions.value, STDOUT_FILENO, STDERR_FILENO);
  pid_t child;
  const int why =
      posix_spawnp(&child, words.front().c_str(), &actions.value, &attributes.value,
                   argument_pointers(words).data(), argument_pointers(environment).data());
  if (why != 0) throw std::runtime_error(fmt::format("{}: {}", words.front(), strerror(why)));
  int status = 0;
  bool told = false;
  constexpr int now_and_then_ms = 20;
  while (waitpid(child, &status, WNOHANG) == 0) {
    pollfd signals{told ? -1 : signal_fd(), POLLIN, 0};
    poll(&signals, 1, now_and_then_ms);
    if (const int signal = caught_signal(); signal && !told) {
      kill(-child, signal);
      told = true;
    }
  }
  return code_of(status);
}

}  // namespace concbench
