// Whether two results may be compared at all: what must be the same, and what had better be.
#pragma once

#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

// A field of the result file and its value as people read it; "unknown" where it is null.
struct Trait {
  std::string field, value;
  bool operator==(const Trait&) const = default;
};

struct Difference {
  std::string field, a, b;
};

// What makes a machine another one: CPU, topology, allowed CPUs, quota, hypervisor, kernel.
std::vector<Trait> machine_traits(const Result& result);
// Sixteen hexadecimal digits that are the same for the same machine traits.
std::string fingerprint(const Result& result);

// Any of these makes a comparison void: machine, compiler and its flags, the library that times,
// the parameters and the placement of what both ran.
std::vector<Difference> hard_differences(const Result& a, const Result& b);
// These may explain a difference: governor, microcode, load, and how it was measured.
std::vector<Difference> soft_differences(const Result& a, const Result& b);

}  // namespace concbench
