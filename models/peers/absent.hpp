// A model whose library this build has not got: an entry with a reason, not a missing row.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/describe.hpp"

namespace concbench::peers {

class Absent {
 public:
  explicit Absent(const Setup&) { throw std::logic_error("this build has not got the library"); }
  std::vector<WorkerReport> workers() const { return {}; }
  static std::string no_verb(Shape) { return "this build has not got the library"; }
  static std::string refusal(const Ask&) { return ""; }
};

constexpr Model absent_model(std::string_view name, std::string_view summary,
                             std::string (*missing)()) {
  Model model = describe<Absent>(name, summary);
  model.missing = missing;
  return model;
}

}  // namespace concbench::peers
