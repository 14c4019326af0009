// The children of this program: those it started, and the orphans that these leave behind, which
// become its own (PR_SET_CHILD_SUBREAPER) and are reaped as they end.
#pragma once

#include <sys/types.h>

#include <optional>

namespace concbench::children {

struct End {
  bool by_signal;
  int status;  // the signal, or the exit code
};

// Becomes readable whenever a child has ended. The first call begins to watch.
int descriptor();

// A child that is not to be reaped before `reap_group`: until then its number, which is also that
// of the group it leads, cannot become another's, and the group can safely be ended.
void watch(pid_t child);
// How it ended, if it has.
std::optional<End> ended(pid_t child);
// Waits for it and for what of its group has come to us, once they have been ended.
void reap_group(pid_t leader);

// Ends by SIGKILL all orphans that are left to us. Returns once nothing of them is there.
void end_orphans();

}  // namespace concbench::children
