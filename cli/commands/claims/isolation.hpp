// What a crash takes with it, and what tasks see of each other's memory.
#pragma once

namespace concbench::claims {

// Of tasks that run beside one that crashes: how many of so many live on.
int processes_that_survive_a_crash(int others);
int threads_that_survive_a_crash(int others);

// Whether another sees what a task writes to a variable.
bool processes_see_writes();
bool threads_see_writes();

}  // namespace concbench::claims
