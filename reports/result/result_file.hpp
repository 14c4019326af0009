// Result files: either the whole new result is under its name, or what was there before.
#pragma once

#include <stdexcept>
#include <string>

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// The message has the path and what the system says.
struct CannotWrite : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct CannotRead : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Writes beside the target, synchronises and renames, so that neither a full disk nor a crash costs
// the old file. A target that is no regular file (/dev/full, a pipe) is written as it is. The
// process should ignore SIGXFSZ, or a limit of file size ends it before this can throw. Throws
// CannotWrite.
void write_result(const Result& result, const std::string& path);
// The same for a text of another format.
void write_text(const std::string& text, const std::string& path);

// Throws CannotWrite if write_result would fail for its directory or permissions: to be called
// before a run of hours, not after. Leaves nothing behind.
void check_writable(const std::string& path);

// Throws CannotRead, or BadJson naming the file and what is wrong in it: no JSON, a field of
// another type, or fields that contradict each other (reports/result/consistency.hpp).
Result read_result(const std::string& path);
// The text itself. Throws CannotRead.
std::string read_file(const std::string& path);

// The document in a file. Throws CannotRead, or BadJson naming the file.
Json read_json(const std::string& path);

}  // namespace concbench
