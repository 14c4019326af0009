// What an examination of a worker found: for each promise of docs/protocol.md whether it held, how
// often it was put to the test, and where it did not hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/result/json.hpp"
#include "reports/text/text.hpp"
#include "workloads/workload.hpp"

namespace concbench::conformance {

struct Promise {
  std::string_view name, text;
};
// In the order in which they are shown.
const std::vector<Promise>& promises();

// It does not hold there.
struct Breach {
  std::string promise, where, what;
};

struct Finding {
  Promise promise;
  int tried = 0, broken = 0;
  std::vector<Breach> breaches = {};  // the first of them
  std::string untried = {};           // why it was not put to the test, or ""

  bool held() const { return tried > 0 && broken == 0; }
};

// A workload at one size on these CPUs: whether it ran, and why not.
struct TriedCell {
  Workload workload;
  std::vector<int> cpus;
  bool ran;
  std::string reason;  // of the refusal
};

class Findings {
 public:
  Findings();

  void held(std::string_view promise);
  void broken(const Breach& breach);
  // Held if `why` is "".
  void judge(std::string_view promise, const std::string& where, const std::string& why);
  void untried(std::string_view promise, const std::string& why);

  bool is_broken(std::string_view promise) const;
  bool all_held() const;  // of those that were put to the test
  const std::vector<Finding>& list() const { return list_; }

  std::string model, program, version;
  std::vector<TriedCell> cells;
  std::vector<std::string> remarks;

 private:
  Finding& of(std::string_view promise);
  std::vector<Finding> list_;
};

// "fib n:10 on 2 CPUs"
std::string name_of(const Workload& workload, const std::vector<int>& cpus);

Json to_json(const Findings& findings);
std::string to_text(const Findings& findings, const TableStyle& style);

}  // namespace concbench::conformance
