#include "cli/inherited.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "models/machine/affinity.hpp"

namespace concbench {
namespace {

cpu_set_t mask_at_start[os::max_cpus / CPU_SETSIZE];
bool has_mask = false;

// libgomp binds the thread that loads it where OMP_PROC_BIND, OMP_PLACES or GOMP_CPU_AFFINITY ask
// for it, before main. What is in .preinit_array runs earlier than any library's constructor.
void remember_mask(int, char**, char**) {
  has_mask = sched_getaffinity(0, sizeof mask_at_start, mask_at_start) == 0;
}
[[gnu::section(".preinit_array"), gnu::used]] void (*const at_start)(int, char**,
                                                                     char**) = remember_mask;

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is the one that is wanted. Nothing can be written to what is read
    // only.
    open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

void settle_inheritance() {
  if (has_mask) sched_setaffinity(0, sizeof mask_at_start, mask_at_start);
  open_standard_streams();
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace concbench
