// A workload with its parameters, whichever it is: found by name, described, passed on and asked
// what must come out. The kernels themselves are in workloads.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

struct AnyKernel;

// Immutable, and cheap to copy.
class Workload {
 public:
  // Defined in workloads.hpp, beside the list of kernels.
  template <class K>
  requires(!std::is_same_v<K, Workload> && Kernel<K>) Workload(K kernel);

  const AnyKernel& kernel() const { return *kernel_; }

 private:
  std::shared_ptr<const AnyKernel> kernel_;
};

// A parameter's value as it is written on the command line and in JSON: a number or a word.
using Value = std::variant<std::int64_t, std::string>;
using Params = std::map<std::string, Value, std::less<>>;

std::string to_string(const Value& value);

// A parameter's description without its kernel's type.
struct ParamInfo {
  std::string_view name, help;
  std::int64_t low, high;
  Sizes quick, ci, full;
  std::string_view choices;  // "any|same|cross", or empty for a number
  std::int64_t preset;       // the value when nothing is said
};

struct WorkloadInfo {
  About about;
  std::vector<ParamInfo> params;
};

// Thrown for a workload or parameter that does not exist, or a value that does not fit. The message
// names the token.
struct BadParameter : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

const std::vector<WorkloadInfo>& workload_infos();
const WorkloadInfo& workload_info(std::string_view name);

// The value that `text` stands for; BadParameter if it does not fit. `workload` names it only.
Value parse_value(std::string_view workload, const ParamInfo& param, std::string_view text);
// The word or number for a size of a preset.
Value to_value(const ParamInfo& param, std::int64_t field);

// The named workload, with the parameters given and defaults for the rest.
Workload make_workload(std::string_view name, const Params& params);
// All its parameters, defaults included.
Params params_of(const Workload& workload);
// The same with another value of one parameter.
Workload with(const Workload& workload, std::string_view param, const Value& value);

About about(const Workload& workload);
Demand demand(const Workload& workload);
std::uint64_t expected(const Workload& workload);

}  // namespace concbench
