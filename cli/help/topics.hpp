// What can be explained: models, workloads and measures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/help/page.hpp"

namespace concbench {

enum class TopicKind { model, workload, measure };

struct Topic {
  TopicKind kind;
  Section section;
  std::string summary;  // in one line

  // The name to ask by: one word.
  std::string word() const;
};

const std::vector<Topic>& topics();

// The topic of a name, in any case and with blanks, hyphens or underscores; of a variant
// ("fibers:stack=64k") that of its model. Throws UsageError naming the nearest name.
const Topic& find_topic(std::string_view name);

}  // namespace concbench
