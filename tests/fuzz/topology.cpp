// Any bytes as what the process that parses a description of a machine says: refused, or a machine
// that is told and understood again as it was, and on which workers can be placed.
#include "models/machine/topology.hpp"

#include "models/machine/topology_wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concbench;
  const auto machine = from_wire({reinterpret_cast<const char*>(data), size});
  if (!machine) return 0;
  const std::string text = to_wire(*machine);
  const auto again = from_wire(text);
  if (!again || to_wire(*again) != text) __builtin_trap();
  for (const Layout layout : {Layout::compact, Layout::spread, Layout::smt}) {
    try {
      if (place(*machine, {.workers = 2, .layout = layout}).workers.size() != 2) __builtin_trap();
    } catch (const Impossible&) {  // it has fewer
    }
  }
  return 0;
}
