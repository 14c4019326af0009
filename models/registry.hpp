// The models that concbench knows, in the order in which they are shown.
#pragma once

#include <span>
#include <string_view>

#include "models/variant.hpp"

namespace concbench {

std::span<const Model* const> models();
// Null if there is none of that name.
const Model* find_model(std::string_view name);

// "threads:wait=condvar". Throws UnknownVariant.
Variant parse_variant(std::string_view token);

}  // namespace concbench
