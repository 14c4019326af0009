// Remembers what is dear to compute and asked for often.
#pragma once

#include <map>
#include <mutex>

namespace concbench {

// What `compute()` gives for this key, computed once in a process. Each lambda expression has a
// memory of its own; it must depend on nothing but the key.
template <class Key, class Compute>
auto remembered(const Key& key, Compute compute) {
  static std::mutex mutex;
  static std::map<Key, decltype(compute())> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, compute()).first->second;
}

}  // namespace concbench
