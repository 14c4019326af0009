#include "models/runtime/stacks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <system_error>

#include "models/machine/system_file.hpp"
#include "models/model.hpp"
#include "models/runtime/fiber.hpp"

namespace concbench::runtime {
namespace {

// MADV_GUARD_INSTALL, Linux 6.13: marks pages as guards without a mapping of their own. 1 µs a
// stack instead of 8, and no limit but memory.
constexpr int guard_install = 102;

// Each mprotected guard splits a mapping in two, and the kernel limits their number. Half of what
// it allows is left to others; stacks beyond that lie in their slabs without a guard, since a model
// that could hold no more would be worse.
std::uint64_t most_guards(Stacks::Guard guard) {
  if (guard == Stacks::Guard::page_marker) return UINT64_MAX;
  constexpr std::uint64_t kernel_default = 65'530;
  return read_number("/proc/sys/vm/max_map_count").value_or(kernel_default) / 4;
}

constexpr std::size_t first_slab = 64, largest_slab = 8'192;  // stacks

// Stacks that all begin at the same offset of a page compete for the same cache sets; tops in up to
// 64 colours made a ring of 1,000 fibers 1.7 times as fast. At most an eighth of a stack goes to
// it.
constexpr std::size_t colour_bytes = 128, most_colours = 64;

}  // namespace

Stacks::Guard Stacks::best_guard() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* probe = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED) throw std::bad_alloc();
  const bool marks = madvise(probe, page, guard_install) == 0;
  munmap(probe, page);
  return marks ? Guard::page_marker : Guard::mprotect;
}

Stacks::Stacks(std::size_t bytes, Guard guard)
    : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
      stack_bytes_((bytes + page_ - 1) / page_ * page_),
      guard_(guard),
      most_guards_(most_guards(guard)) {}

Stacks::~Stacks() {
  for (const Slab& slab : slabs_) {
    for (std::size_t i = 0; i < slab.stacks; ++i) {
      Fiber* fiber = fiber_of(slab.memory + i * (stack_bytes_ + page_), i);
      fiber->shadow.forget();
      fiber->~Fiber();
    }
    munmap(slab.memory, slab.bytes);
  }
}

Fiber* Stacks::fiber_of(std::byte* stack, std::size_t colour) const {
  const std::size_t colours =
      std::clamp(stack_bytes_ / 8 / colour_bytes, std::size_t{1}, most_colours);
  std::byte* top = stack + page_ + stack_bytes_ - colour % colours * colour_bytes;
  return reinterpret_cast<Fiber*>(top - sizeof(Fiber));
}

bool Stacks::protect(std::byte* page) {
  if (guards_ == most_guards_) return false;
  if (guard_ == Guard::page_marker) return madvise(page, page_, guard_install) == 0;
  return mprotect(page, page_, PROT_NONE) == 0;
}

std::string Stacks::guard() const {
  const std::lock_guard guard(mutex_);
  const std::string how = guard_ == Guard::page_marker ? "MADV_GUARD_INSTALL" : "mprotect";
  if (guards_ == stacks_made_) return how;
  return how + " on " + std::to_string(guards_) + " of " + std::to_string(stacks_made_) +
         " stacks: the kernel's limit of mappings leaves no more (vm.max_map_count)";
}

void Stacks::grow() {
  const std::size_t stacks =
      slabs_.empty() ? first_slab : std::min(2 * slabs_.back().stacks, largest_slab);
  const std::size_t stride = stack_bytes_ + page_, bytes = stacks * stride;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) {
    throw Exhausted("no memory for " + std::to_string(stacks) +
                    " more fiber stacks: " + std::generic_category().message(errno));
  }
  madvise(memory, bytes, MADV_NOHUGEPAGE);  // a huge page would make every stack resident in full
  slabs_.push_back({static_cast<std::byte*>(memory), bytes, stacks});
  for (std::size_t i = stacks; i-- > 0;) {
    std::byte* stack = slabs_.back().memory + i * stride;
    guards_ += protect(stack);
    ++stacks_made_;
    Fiber* fiber = new (fiber_of(stack, i)) Fiber;
    fiber->bottom = stack + page_;
    // An inline call needs a small frame; the rest is for what a kernel's leaf may need.
    fiber->low = fiber->bottom + stack_bytes_ / 2;
    fiber->shadow.describe(
        fiber->bottom,
        static_cast<std::size_t>(reinterpret_cast<std::byte*>(fiber) - fiber->bottom), false);
    fiber->next = free_;
    free_ = fiber;
  }
}

Fiber* Stacks::take(std::size_t& count) {
  const std::lock_guard guard(mutex_);
  if (!free_) grow();
  Fiber* const first = free_;
  Fiber* last = first;
  std::size_t taken = 1;
  for (; taken < count && last->next; ++taken) last = last->next;
  free_ = last->next;
  last->next = nullptr;
  count = taken;
  return first;
}

void Stacks::give(Fiber* first, Fiber* last) {
  const std::lock_guard guard(mutex_);
  last->next = free_;
  free_ = first;
}

void StackCache::refill() {
  count_ = most / 4;
  first_ = stacks_->take(count_);
}

// Gives the older half back; the newest, which may still be in use, stays.
void StackCache::spill() {
  Fiber* keep = first_;
  for (std::size_t i = 1; i < most / 2; ++i) keep = keep->next;
  Fiber* last = keep->next;
  while (last->next) last = last->next;
  stacks_->give(keep->next, last);
  keep->next = nullptr;
  count_ = most / 2;
}

}  // namespace concbench::runtime
