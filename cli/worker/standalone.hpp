// A program that is the worker of one model.
#pragma once

#include <string>
#include <vector>

#include "models/model.hpp"

namespace concbench {

// Speaks docs/protocol.md for this model until told to close, with the variant that the arguments
// choose ("wait=condvar"). Returns the exit code.
int serve(const Model& model, const std::vector<std::string>& arguments);

}  // namespace concbench
