// Objects in memory that a process and all those it forks share, at the same address in each.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>

#include "models/model.hpp"

namespace concbench::os {

// `count` objects, each made from the same arguments. The pages are there from the start, so that
// none has to be made within a timed interval; each child still maps them for itself when it first
// touches them. Destroyed by the process that made it: children leave without destructors.
template <class T>
class Shared {
 public:
  template <class... Args>
  explicit Shared(std::size_t count, const Args&... args)
      : bytes_(std::max<std::size_t>(1, count) * sizeof(T)) {  // nothing cannot be mapped
    void* const memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) {
      throw Exhausted("no " + std::to_string(bytes_) +
                      " bytes of shared memory: " + std::generic_category().message(errno));
    }
    T* const first = static_cast<T*>(memory);
    std::size_t made = 0;
    try {
      for (; made < count; ++made) new (first + made) T(args...);
    } catch (...) {
      std::destroy_n(first, made);
      munmap(memory, bytes_);
      throw;
    }
    all_ = {first, count};
  }
  ~Shared() {
    std::destroy(all_.begin(), all_.end());
    munmap(all_.data(), bytes_);
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  std::span<T> all() const { return all_; }
  T* begin() const { return all_.data(); }
  T* end() const { return all_.data() + all_.size(); }
  T& operator[](std::size_t i) const { return all_[i]; }
  T& operator*() const { return all_.front(); }
  T* operator->() const { return all_.data(); }

 private:
  std::size_t bytes_;
  std::span<T> all_;
};

}  // namespace concbench::os
