// Taking CPUs out of as few parts of the machine as can hold them.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "models/machine/topology.hpp"

namespace concbench {

using Pus = std::vector<Pu>;

// What groups PUs at one step from the machine down to its cores: those of equal value belong
// together.
using Level = std::function<int(const Pu&)>;

// In order of first appearance, each group keeping its order.
template <class GroupOf>
std::vector<Pus> split(const Pus& pus, const GroupOf& group_of) {
  std::vector<Pus> groups;
  std::map<int, std::size_t> seen;
  for (const Pu& pu : pus) {
    const auto [entry, fresh] = seen.try_emplace(group_of(pu), groups.size());
    if (fresh) groups.emplace_back();
    groups[entry->second].push_back(pu);
  }
  return groups;
}

// `wanted` of the PUs, in as few cores as can hold them; of these choices one in as few parts of
// the first level, of these one in as few of the second, and so on: outer levels, kinds of cores,
// the more powerful kind, inner levels. Where all that is equal, the first in order are taken. PUs
// of a part stay together, and the part with the most of them comes first.
Pus gather(const Pus& pus, const std::vector<Level>& outer, const std::vector<Level>& inner,
           std::size_t wanted);

}  // namespace concbench
