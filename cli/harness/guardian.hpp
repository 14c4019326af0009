// Ends what this program has started should it be killed itself, which leaves it no time to do so:
// a process beside it that waits for its end.
#pragma once

#include <sys/types.h>

namespace concbench::guardian {

// The process group that this child leads is to be ended with us, until it is released. Before its
// leader is reaped it has to be: its number may then become another's.
void guard(pid_t group);
void release(pid_t group);

}  // namespace concbench::guardian
