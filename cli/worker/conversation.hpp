// The worker's side of docs/protocol.md.
#pragma once

#include <string>

#include "models/variant.hpp"

namespace concbench {

// Who speaks, and for which model.
struct Speaker {
  std::string program, version, build;
  std::string name;  // of the model, as it was asked for
  Variant variant;
  double slow_down = 0;  // the share of work that is done beyond what is asked for, and timed
};

// Speaks on stdin and stdout until told to close. Returns the exit code.
int converse(Speaker speaker);

}  // namespace concbench
