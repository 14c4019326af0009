// The switch from one stack to another: saves what a call must preserve, and nothing else.
//
// On x86-64 and AArch64 it is inline assembly: the compiler, told that every other register
// changes, saves only those that hold something, so that a switch costs less than a call of
// Boost.Context (2.7 ns against 5.8, on x86-64). Elsewhere, or with CONCBENCH_BOOST_CONTEXT
// defined, Boost.Context does it.
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

#if !(defined(__x86_64__) && defined(__LP64__)) && !(defined(__aarch64__) && defined(__LP64__))
#define CONCBENCH_BOOST_CONTEXT
#endif

#if defined(CONCBENCH_BOOST_CONTEXT)

using Context = void*;  // Boost.Context's fcontext_t

Context fresh_context(void* top, std::size_t bytes, Entry entry);
Crossing switch_context(Context& from, Context to, Crossing crossing);

#elif defined(__x86_64__)

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

#else  // AArch64

using Context = void*;  // the saved stack pointer; from there on: x29, where to go on, x19

// As above. The frame record of zeros is where unwinders and debuggers stop.
inline Context fresh_context(void* top, std::size_t, Entry entry) {
  void** stack = static_cast<void**>(top) - 4;
  stack[0] = nullptr;
  stack[1] = reinterpret_cast<void*>(entry);
  return stack;
}

// As above. x19 and x29 are saved here because compilers may keep them for a frame of their own and
// then refuse them as changed. The branch goes through x16 and to a hint (BTI j), as code that is
// protected against stray branches demands.
[[gnu::always_inline]] inline Crossing switch_context(Context& from, Context to,
                                                      Crossing crossing) {
  register Worker* worker asm("x0") = crossing.worker;
  register Hook hook asm("x1") = crossing.hook;
  register void* argument asm("x2") = crossing.argument;
  register Context* save asm("x3") = &from;
  register Context go_to asm("x4") = to;
  asm volatile(
      "adr x16, 1f\n\t"
      "stp x29, x16, [sp, #-32]!\n\t"
      "str x19, [sp, #16]\n\t"
      "mov x16, sp\n\t"
      "str x16, [x3]\n\t"
      "mov sp, x4\n\t"
      "ldp x29, x16, [sp]\n\t"
      "mov x30, xzr\n\t"
      "br x16\n"
      "1:\n\t"
      "hint #36\n\t"
      "ldr x19, [sp, #16]\n\t"
      "add sp, sp, #32"
      : "+r"(worker), "+r"(hook), "+r"(argument), "+r"(save), "+r"(go_to)
      :
      : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
        "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "cc", "memory", "v0",
        "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
        "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27",
        "v28", "v29", "v30", "v31"
#if defined(__ARM_FEATURE_SVE)
        ,
        "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13",
        "p14", "p15", "ffr"
#endif
  );
  return {worker, hook, argument};
}

#endif

}  // namespace concbench::runtime
