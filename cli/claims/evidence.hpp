// The cells that claims rest on: run once, all in sessions like those of `concbench run`.
#pragma once

#include <optional>
#include <string>

#include "cli/request.hpp"
#include "reports/result.hpp"

namespace concbench::claims {

// What a row needs to know.
struct Need {
  std::string model, workload;
  Params params = {};
  int cores = 1;
};

class Evidence {
 public:
  // Measures every cell that any row needs.
  explicit Evidence(std::uint64_t seed);

  int cores() const { return cores_; }  // that this program may use
  // The cell; always there, if perhaps skipped or failed with a reason.
  const Cell& cell(const Need& need) const;

 private:
  void measure(const std::vector<std::string>& models, const std::string& workload,
               const Params& params, const std::vector<int>& cores);

  std::uint64_t seed_;
  int cores_;
  Result result_;
};

}  // namespace concbench::claims
