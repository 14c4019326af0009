// The kernel's primitive under every lock: sleep while a word has a value, and wake who sleeps.
// Source: futex(2); Ulrich Drepper, "Futexes Are Tricky" (2011).
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>

namespace concbench::os {

// Who shares a word. Threads of one process find each other by address; processes, through the page
// that the word lies in, which costs the kernel a look-up more.
enum class Scope { threads, processes };

using Word = std::atomic<std::uint32_t>;
static_assert(sizeof(Word) == 4 && Word::is_always_lock_free, "the kernel reads a plain word");

template <Scope scope>
constexpr int futex_flags = scope == Scope::threads ? FUTEX_PRIVATE_FLAG : 0;

// Sleeps until woken if `word` still has the value `seen`. May also return for no reason or, with a
// `patience`, when that has passed: callers look at the word again.
template <Scope scope>
void futex_wait(const Word& word, std::uint32_t seen, const timespec* patience = nullptr) {
  syscall(SYS_futex, &word, FUTEX_WAIT | futex_flags<scope>, seen, patience, nullptr, 0);
}

// Wakes up to `most` of those who sleep on `word`.
template <Scope scope>
void futex_wake(const Word& word, int most = INT_MAX) {
  syscall(SYS_futex, &word, FUTEX_WAKE | futex_flags<scope>, most, nullptr, nullptr, 0);
}

}  // namespace concbench::os
