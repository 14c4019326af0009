// What the sanitizers must be told about stacks that are switched by hand. Nothing in other builds.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define CONCBENCH_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define CONCBENCH_TSAN 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONCBENCH_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CONCBENCH_TSAN 1
#endif
#endif

#if defined(CONCBENCH_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(CONCBENCH_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

// For functions that begin a stack. They never return, so ThreadSanitizer's record of calls would
// grow with each use of the stack, were they instrumented.
#if defined(CONCBENCH_TSAN) && defined(__clang__)
#define CONCBENCH_STACK_ENTRY [[clang::disable_sanitizer_instrumentation]]
#else
#define CONCBENCH_STACK_ENTRY
#endif

namespace concbench::runtime {

// The sanitizers' side of one stack.
class Shadow {
 public:
  void describe([[maybe_unused]] void* bottom, [[maybe_unused]] std::size_t bytes,
                [[maybe_unused]] bool thread) {
#if defined(CONCBENCH_ASAN)
    bottom_ = bottom;
    bytes_ = bytes;
#endif
#if defined(CONCBENCH_TSAN)
    fiber_ = thread ? __tsan_get_current_fiber() : __tsan_create_fiber(0);
#endif
  }
  // For a stack that is given back to the system.
  void forget() {
#if defined(CONCBENCH_TSAN)
    __tsan_destroy_fiber(fiber_);
#endif
  }

  // Just before a switch to `to`; `ends` if this stack is not coming back.
  [[gnu::always_inline]] void leave_for([[maybe_unused]] const Shadow& to,
                                        [[maybe_unused]] bool ends) {
#if defined(CONCBENCH_ASAN)
    __sanitizer_start_switch_fiber(ends ? nullptr : &fake_, to.bottom_, to.bytes_);
#endif
#if defined(CONCBENCH_TSAN)
    __tsan_switch_to_fiber(to.fiber_, 0);
#endif
  }

  // First thing after a switch to this stack.
  [[gnu::always_inline]] void arrive() {
#if defined(CONCBENCH_ASAN)
    __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
    fake_ = nullptr;
#endif
  }

#if defined(CONCBENCH_ASAN)
 private:
  void* fake_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t bytes_ = 0;
#endif
#if defined(CONCBENCH_TSAN)
 private:
  void* fiber_ = nullptr;
#endif
};

}  // namespace concbench::runtime
