// The workloads. To add one: write its header and add its type to the list.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "workloads/block.hpp"
#include "workloads/chef.hpp"
#include "workloads/echo.hpp"
#include "workloads/fib.hpp"
#include "workloads/grain.hpp"
#include "workloads/heat.hpp"
#include "workloads/hold.hpp"
#include "workloads/integrate.hpp"
#include "workloads/mandelbrot.hpp"
#include "workloads/matmul.hpp"
#include "workloads/mergesort.hpp"
#include "workloads/mpmc.hpp"
#include "workloads/mpsc.hpp"
#include "workloads/mutex.hpp"
#include "workloads/nqueens.hpp"
#include "workloads/param.hpp"
#include "workloads/ping_pong.hpp"
#include "workloads/ring.hpp"
#include "workloads/shapes.hpp"
#include "workloads/skynet.hpp"
#include "workloads/sleepers.hpp"
#include "workloads/spawn.hpp"
#include "workloads/spsc.hpp"
#include "workloads/uts.hpp"
#include "workloads/yield.hpp"

namespace concbench {

// The list, and at the same time the type of any one workload with its parameters.
using Workload = std::variant<Fib, Skynet, NQueens, Uts, Integrate, Mergesort, Matmul, Spawn, Grain,
                              Mandelbrot, PingPong, Ring, Spsc, Mpsc, Mpmc, Yield, Mutex, HoldMany,
                              Sleepers, Chef, Block, Heat, Echo>;

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

About about(const Workload& workload);
Demand demand(const Workload& workload);
std::uint64_t expected(const Workload& workload);

}  // namespace concbench
