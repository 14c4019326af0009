// The models that concbench knows, in the order in which they are shown.
#pragma once

#include <span>
#include <string_view>

#include "models/model.hpp"

namespace concbench {

std::span<const Model* const> models();
// Null if there is none of that name.
const Model* find_model(std::string_view name);

}  // namespace concbench
