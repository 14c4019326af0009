// What a switch of stacks must preserve, for any machine: a program without libraries, so that
// switch_test.py can build it for others than this one. Says what is wrong; exit code 1 then.
#include <alloca.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "models/runtime/switch.hpp"

namespace concbench::runtime {

class Worker {};

namespace {

int complaints = 0;
void expect(bool condition, const char* what) {
  if (condition) return;
  std::printf("%s\n", what);
  ++complaints;
}

// A stack with a context; `argument` travels to its entry with the first switch.
struct Strand {
  static constexpr std::size_t bytes = 64 * 1024;
  explicit Strand(Entry entry) : memory(new std::byte[bytes]) {
    const auto top = reinterpret_cast<std::uintptr_t>(memory.get()) + bytes;
    const std::uintptr_t aligned = top & ~std::uintptr_t{15};
    context = fresh_context(reinterpret_cast<void*>(aligned), bytes - 16, entry);
  }
  std::unique_ptr<std::byte[]> memory;
  Context context;
};

// The side that began, and what it is told by those it switches to.
Context home;

void go_to(Strand& strand, void* argument = nullptr) {
  switch_context(home, strand.context, {nullptr, nullptr, argument});
}
void go_home(Strand& strand) { switch_context(strand.context, home, {nullptr, nullptr, nullptr}); }

// ---- What is sent arrives

void note(Worker&, void*) {}

void echo(Worker* worker, Hook hook, void* argument) {
  auto& strand = *static_cast<Strand*>(argument);
  for (;;) {
    const Crossing again = switch_context(strand.context, home, {worker, hook, argument});
    worker = again.worker;
    hook = again.hook;
    argument = again.argument;
  }
}

void check_that_what_is_sent_arrives() {
  Strand strand(echo);
  Worker workers[2];
  int here = 0;
  Crossing back = switch_context(home, strand.context, {&workers[0], note, &strand});
  expect(back.worker == &workers[0] && back.hook == note && back.argument == &strand,
         "the first switch lost what it was given");
  back = switch_context(home, strand.context, {&workers[1], nullptr, &here});
  expect(back.worker == &workers[1] && back.hook == nullptr && back.argument == &here,
         "a later switch lost what it was given");
}

// ---- What is held stays

// Holds more values than there are registers, of both kinds, over a switch in every round.
[[gnu::noinline]] std::uint64_t hold(Strand& strand, bool at_home, std::uint64_t seed) {
  std::array<std::uint64_t, 24> whole;
  std::array<double, 24> real;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    whole[i] = seed * (2 * i + 3);
    real[i] = static_cast<double>(seed) + 0.5 * static_cast<double>(i);
  }
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      whole[i] = whole[i] * 5 + whole[(i + 1) % whole.size()];
      real[i] = real[i] * 0.5 + real[(i + 1) % real.size()];
    }
    at_home ? go_to(strand, &strand) : go_home(strand);
  }
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::uint64_t bits;
    std::memcpy(&bits, &real[i], sizeof bits);
    sum = sum * 31 + whole[i] + bits;
  }
  return sum;
}

// The same without an array, for registers that are held in any case.
[[gnu::noinline]] bool hold_in_registers(Strand& strand, std::uint64_t x, double y) {
  const std::uint64_t a = x + 1, b = x * 3, c = x ^ 5, d = x - 7, e = x * 11, f = x | 13;
  const double p = y + 1, q = y * 3, r = y / 5, s = y - 7, t = y * 11, u = y + 13;
  go_to(strand, &strand);
  return a == x + 1 && b == x * 3 && c == (x ^ 5) && d == x - 7 && e == x * 11 && f == (x | 13) &&
         p == y + 1 && q == y * 3 && r == y / 5 && s == y - 7 && t == y * 11 && u == y + 13;
}

std::uint64_t held_there = 0;
void hold_there(Worker*, Hook, void* argument) {
  auto& strand = *static_cast<Strand*>(argument);
  for (;;) held_there = hold(strand, false, 1234567);
}

void bounce(Worker*, Hook, void* argument) {
  for (;;) go_home(*static_cast<Strand*>(argument));
}

void check_that_what_is_held_stays() {
  Strand idle(bounce), busy(hold_there);
  const std::uint64_t alone = hold(idle, true, 42), other = hold(idle, true, 1234567);
  expect(hold(busy, true, 42) == alone, "a switch changed what its caller held");
  go_to(busy, &busy);
  expect(held_there == other, "a switch changed what the other side held");
  Strand registers(hold_there);
  for (int i = 0; i < 12; ++i) {
    expect(hold_in_registers(registers, 99 + static_cast<std::uint64_t>(i), 1.5 * i),
           "a switch changed a register");
  }
}

// ---- Frames of all kinds

[[gnu::noinline]] std::uint64_t deep(Strand& strand, unsigned depth) {
  auto* room = static_cast<volatile unsigned char*>(alloca(16 + depth % 64));
  room[depth % 16] = static_cast<unsigned char>(depth);
  if (depth % 10 == 0) go_home(strand);
  const std::uint64_t below = depth == 0 ? 0 : deep(strand, depth - 1);
  return below + room[depth % 16];
}

std::uint64_t sum_of_deep = 0;
void go_deep(Worker*, Hook, void* argument) {
  alignas(16) volatile char aligned[16];
  expect(reinterpret_cast<std::uintptr_t>(aligned) % 16 == 0, "a stack begins out of line");
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %Lg", 2.5, 0.5L);
  expect(std::strcmp(text, "2.50 0.5") == 0, "a library function fails on a new stack");
  auto& strand = *static_cast<Strand*>(argument);
  for (;;) sum_of_deep = deep(strand, 100);
}

void check_frames_of_changing_size() {
  Strand strand(go_deep);
  for (int i = 0; i < 13; ++i) go_to(strand, &strand);
  expect(sum_of_deep == 5050, "nested frames were damaged");
}

// ---- Exceptions

int caught = 0;
void throw_there(Worker*, Hook, void* argument) {
  auto& strand = *static_cast<Strand*>(argument);
  for (;;) {
    try {
      go_home(strand);
      throw std::runtime_error("there");
    } catch (const std::runtime_error&) {
      ++caught;
    }
  }
}

void check_that_exceptions_find_their_handler() {
  Strand strand(throw_there);
  go_to(strand, &strand);
  for (int i = 0; i < 10; ++i) {
    try {
      go_to(strand, &strand);
      throw i;
    } catch (int here) {
      expect(here == i, "an exception was mixed up");
    }
  }
  expect(caught == 10, "an exception did not find its handler on a stack of its own");
}

// ---- Many

std::uint64_t hops = 0;
void hop(Worker*, Hook, void* argument) {
  for (;;) {
    ++hops;
    go_home(*static_cast<Strand*>(argument));
  }
}

void check_many() {
  std::vector<Strand> strands;
  for (int i = 0; i < 200; ++i) strands.emplace_back(hop);
  for (int round = 0; round < 50; ++round) {
    for (Strand& strand : strands) go_to(strand, &strand);
  }
  expect(hops == 10'000, "a hop was lost");
}

}  // namespace
}  // namespace concbench::runtime

int main() {
  using namespace concbench::runtime;
  check_that_what_is_sent_arrives();
  check_that_what_is_held_stays();
  check_frames_of_changing_size();
  check_that_exceptions_find_their_handler();
  check_many();
  if (complaints == 0) std::puts("all is well");
  return complaints == 0 ? 0 : 1;
}
