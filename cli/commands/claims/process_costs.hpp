// What it costs to start a process, in the ways that Linux has, and what a thread's stack takes of
// the address space. Each is measured in a child of its own, so that nothing of it stays.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace concbench::claims {

// Nanoseconds from before the start of a child until it has ended and was waited for.
std::vector<double> fork_ns(int times, std::size_t resident_bytes = 0);
std::vector<double> fork_exec_ns(int times);
// Of a program that ends at once; glibc's posix_spawn shares the parent's memory, as vfork does.
std::vector<double> posix_spawn_ns(int times);

// Bytes by which the address space grows with so many threads.
double threads_virtual_bytes(int threads);

}  // namespace concbench::claims
