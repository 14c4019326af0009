// The words that select models, workloads and parameters, for every command that takes them.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "cli/options/request.hpp"
#include "cli/options/words.hpp"

namespace concbench::options {

// One "fib.n=12,27".
struct Setting {
  std::string workload, param;
  std::vector<Value> values;
};

struct SelectionWords {
  Words models, workloads, sets;
};
void add_selection_options(CLI::App& app, SelectionWords& words);

Words parse_models(const Words& given);
Words parse_workloads(const Words& given);
Setting parse_setting(const std::string& text);
// Those of all settings; each must be of one of the workloads.
Sweeps parse_settings(const Words& sets, const Words& workloads);

// Fills in the experiment's models, workloads and sizes. What the words leave open is as the
// experiment's preset says or, where that says nothing, these models and workloads.
void select(Experiment& experiment, const SelectionWords& words, const Words& models,
            const Words& workloads);

}  // namespace concbench::options
