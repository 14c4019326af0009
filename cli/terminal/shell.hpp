// Commands that can be pasted into a shell.
#pragma once

#include <string>

namespace concbench {

// A word that a shell passes on as it is.
std::string shell_quoted(const std::string& word);

}  // namespace concbench
