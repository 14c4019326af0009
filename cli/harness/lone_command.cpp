#include "cli/harness/lone_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/shell.hpp"
#include "reports/result/params_json.hpp"

namespace concbench {

std::string lone_command(const Candidate& candidate, const Workload& workload,
                         const std::vector<int>& cpus) {
  std::vector<std::string> words;
  for (const std::string& word : candidate.launch) words.push_back(shell_quoted(word));
  const std::string launch = fmt::format("{}", fmt::join(words, " "));
  const std::string name(about(workload).name);
  const Params params = params_of(workload);
  if (candidate.built_in()) {
    std::string command = fmt::format("{} --workload={}", launch, name);
    for (const auto& [param, value] : params) {
      command += fmt::format(" --set {}.{}={}", name, param, to_string(value));
    }
    return command + fmt::format(" --cpus={} --iterations=1 --samples=10", fmt::join(cpus, ","));
  }
  const Json open{{"type", "open"},
                  {"workload", name},
                  {"params", to_json(params)},
                  {"cpus", cpus},
                  {"options", candidate.options}};
  return fmt::format(
      "printf '%s\\n' {} '{{\"type\":\"run\",\"iterations\":10}}' '{{\"type\":\"close\"}}' | {}",
      shell_quoted(to_line(open)), launch);
}

}  // namespace concbench
