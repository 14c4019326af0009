// The switch from one stack to another: saves what a call must preserve, and nothing else.
//
// On x86-64 it is inline assembly: the compiler, told that every other register changes, saves only
// those that hold something, so that a switch costs less than a call of Boost.Context (2.7 ns
// against 5.8). Elsewhere, or with CONCBENCH_BOOST_CONTEXT defined, Boost.Context does it.
//
// The control words of the floating-point unit are not switched: all fibers share those of their
// worker. Nor is anything thread-local, except the state of C++ exceptions in flight (fiber.hpp).
#pragma once

#include <cstddef>

namespace concbench::runtime {

class Worker;

// What the side that arrives does first, for the side that left: publish or unlock it, now that its
// context is saved and another worker may resume it. May be null.
using Hook = void (*)(Worker&, void*);

// Where a stack that never ran begins; must not return.
using Entry = void (*)(Worker*, Hook, void*);

// Travels through the switch in registers.
struct Crossing {
  Worker* worker;
  Hook hook;
  void* argument;
};

#if defined(__x86_64__) && defined(__LP64__) && !defined(CONCBENCH_BOOST_CONTEXT)

using Context = void*;  // the saved stack pointer; above it: where to go on, rbx, rbp

// A context that will begin with `entry` on the stack that ends at `top`, a multiple of 16.
inline Context fresh_context(void* top, std::size_t, Entry entry) {
  void** stack = static_cast<void**>(top) - 2;
  stack[1] = nullptr;  // the return address of `entry`: unwinders and debuggers stop here
  stack[0] = reinterpret_cast<void*>(entry);
  return stack;
}

// Saves the caller's context in `from`, goes on in `to`, and returns what the side that comes back
// to `from` brings along.
[[gnu::always_inline]] inline Crossing switch_context(Context& from, Context to,
                                                      Crossing crossing) {
  Context* save = &from;
  asm volatile(
      "leaq -128(%%rsp), %%rsp\n\t"  // step over the red zone
      "pushq %%rbp\n\t"
      "pushq %%rbx\n\t"
      "leaq 1f(%%rip), %%r8\n\t"
      "pushq %%r8\n\t"
      "movq %%rsp, (%%rcx)\n\t"
      "movq %%rax, %%rsp\n\t"
      "popq %%r8\n\t"
      "jmpq *%%r8\n"
      "1:\n\t"
      "popq %%rbx\n\t"
      "popq %%rbp\n\t"
      "leaq 128(%%rsp), %%rsp"
      : "+D"(crossing.worker), "+S"(crossing.hook), "+d"(crossing.argument), "+c"(save), "+a"(to)
      :
      : "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory", "xmm0", "xmm1",
        "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
        "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)",
        "st(7)"
#if defined(__AVX512F__)
        ,
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",
        "k7"
#endif
  );
  return crossing;
}

#else

using Context = void*;  // Boost.Context's fcontext_t

Context fresh_context(void* top, std::size_t bytes, Entry entry);
Crossing switch_context(Context& from, Context to, Crossing crossing);

#endif

}  // namespace concbench::runtime
