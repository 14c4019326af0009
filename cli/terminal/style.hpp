// What stdout, or another descriptor, can show: colours, which characters, how wide.
#pragma once

#include <unistd.h>

#include <optional>

#include "reports/text/table.hpp"

namespace concbench {

// Of colours.
enum class When { automatic, always, never };

// As COLUMNS says, or the terminal that this descriptor is; nothing if it is none.
std::optional<int> width_of_terminal(int descriptor);

// The lines of the terminal that this descriptor is; 24 where it does not say.
int height_of_terminal(int descriptor);

TableStyle style_of(When color, int descriptor = STDOUT_FILENO);

}  // namespace concbench
