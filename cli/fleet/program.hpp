// Programs of others, and scripts, run to their end.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace concbench {

struct Ended {
  int code;  // 128 and the signal, if one ended it; 127 if there is no such program
  std::string out, err;
};

// Both streams as text. It is ended by whatever signals end this program.
Ended run_program(const std::vector<std::string>& words);

// With these variables besides, and all that it writes appended to a log. The signals that
// catch_signals() has caught are passed on to it, and it is waited for.
int run_logged(const std::vector<std::string>& words,
               const std::map<std::string, std::string>& variables, const std::string& log);

}  // namespace concbench
