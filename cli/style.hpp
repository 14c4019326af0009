// What stdout can show: colours, which characters, how wide.
#pragma once

#include "cli/request.hpp"
#include "reports/table.hpp"

namespace concbench {

TableStyle style_of(When color);

}  // namespace concbench
