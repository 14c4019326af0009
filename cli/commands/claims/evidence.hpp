// The cells that claims rest on: run once, all in sessions like those of `concbench run`.
#pragma once

#include <optional>
#include <string>

#include "reports/result/result.hpp"
#include "workloads/workload.hpp"

namespace concbench::claims {

// What a row needs to know.
struct Need {
  std::string model, workload;
  Params params = {};
  int cores = 1;
};

// Measures what is asked for when it is first asked for; what is to be compared with each other, in
// one session.
class Evidence {
 public:
  Evidence(std::uint64_t seed, double timeout_s);

  int cores() const { return cores_; }  // that this program may use
  // The cell; always there, if perhaps skipped or failed with a reason.
  const Cell& cell(const Need& need);

 private:
  // Cells of one session.
  struct Group {
    std::vector<std::string> models;
    std::string workload;
    Params params;
    std::vector<int> cores;
    bool measured = false;
    Result result = {};
  };
  bool holds(const Group& group, const Need& need) const;
  void measure(Group& group);

  std::uint64_t seed_;
  double timeout_s_;
  int cores_;
  std::vector<Group> groups_;
};

}  // namespace concbench::claims
