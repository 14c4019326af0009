// Descriptions of machines in hwloc's XML format, put together from their parts.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace concbench::machine_xml {

// Each needs a number of its own that hwloc calls gp_index; cpus and nodes are sets of bits.
inline std::string part(std::string_view type, int index, unsigned cpus, unsigned nodes,
                        const std::string& inside = "", std::string_view more = "") {
  static int number = 0;
  return fmt::format(
      "<object type=\"{}\" os_index=\"{}\" cpuset=\"{:#x}\" complete_cpuset=\"{:#x}\" "
      "nodeset=\"{:#x}\" complete_nodeset=\"{:#x}\" gp_index=\"{}\" {}>\n{}</object>\n",
      type, index, cpus, cpus, nodes, nodes, ++number, more, inside);
}

// A core with one PU.
inline std::string core(int index, unsigned nodes) {
  const unsigned cpus = 1U << index;
  return part("Core", index, cpus, nodes, part("PU", index, cpus, nodes));
}

inline std::string node(int index, unsigned cpus) {
  return part("NUMANode", index, cpus, 1U << index, "", "local_memory=\"1073741824\"");
}

inline std::string l3(unsigned cpus, unsigned nodes, const std::string& inside) {
  return part("L3Cache", 0, cpus, nodes, inside,
              "cache_size=\"8388608\" depth=\"3\" cache_linesize=\"64\" "
              "cache_associativity=\"0\" cache_type=\"0\"");
}

inline std::string machine(unsigned cpus, unsigned allowed, unsigned nodes,
                           const std::string& inside, const std::string& after = "",
                           std::string_view version = "2.0") {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
      "<topology version=\"{}\">\n{}{}</topology>\n",
      version,
      part("Machine", 0, cpus, nodes, inside,
           fmt::format("allowed_cpuset=\"{:#x}\" allowed_nodeset=\"{:#x}\"", allowed, nodes)),
      after);
}

}  // namespace concbench::machine_xml
