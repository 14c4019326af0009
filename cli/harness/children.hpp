// The children of this program, reaped as they end: those it started, and those that they left
// behind, which become its own (PR_SET_CHILD_SUBREAPER).
#pragma once

#include <sys/types.h>

#include <optional>

namespace concbench::children {

// Becomes readable whenever a child has ended. The first call begins to watch.
int descriptor();

// Keeps the end of this child for `ended`, until it is forgotten.
void watch(pid_t child);
void forget(pid_t child);

// Reaps whatever has ended; returns how this one did, as waitpid(2) tells it, if it is among them.
std::optional<int> ended(pid_t child);

// Ends by SIGKILL all that is left to us and is not watched. Returns once nothing of it is there.
void end_strays();

}  // namespace concbench::children
