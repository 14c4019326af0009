// Parameters of a workload: public fields, described once, next to the field they describe.
//
// The description drives everything that handles parameters by name: `--set fib.n=35`, presets,
// `concbench list`, the result file and the worker protocol.
#pragma once

#include <cstdint>
#include <string_view>

namespace concbench {

// One size; or a small one that every model can run, paired with a large one for those that can.
struct Sizes {
  std::int64_t small;
  std::int64_t large;
  constexpr Sizes(std::int64_t only) : small(only), large(only) {}
  constexpr Sizes(std::int64_t small, std::int64_t large) : small(small), large(large) {}
};

// A field of kernel `K`. With `choices` ("any|same|cross") the value is one of those words and the
// field holds its index; without, it is a whole number from `low` to `high`, both included.
template <class K>
struct Param {
  std::string_view name;
  std::int64_t K::*field;
  std::string_view help;
  std::int64_t low, high;
  Sizes quick, ci, full;  // what the built-in presets run
  std::string_view choices = {};
};

}  // namespace concbench
