// How a command ends, the same for all commands, and the errors that lead there.
#pragma once

#include <stdexcept>
#include <string>

namespace concbench {

enum ExitCode : int {
  exit_ok = 0,
  exit_regression = 1,
  exit_usage = 2,         // what was typed or read in makes no sense
  exit_cells_failed = 3,  // some cells failed, crashed or timed out; the rest is written
  exit_not_written = 4,   // results could not be written
  exit_impossible = 5,    // this machine or this build cannot do what was asked
  exit_signal = 128,      // plus the signal's number
};

// Names the token that is wrong, in one sentence.
struct UsageError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

}  // namespace concbench
