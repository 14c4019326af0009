// Messages for whoever watches, on stderr.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace concbench {

// Shows it as it is. What cannot be shown, since stderr is closed, full or a terminal that has
// gone, is let go: no run ends for want of a reader.
void say_text(std::string_view text);

template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  say_text(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace concbench
