// Result files, as text and read again.
#pragma once

#include <stdexcept>
#include <string>

#include "reports/result/json.hpp"
#include "reports/result/result.hpp"

namespace concbench {

// The message has the path and what the system says.
struct CannotRead : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a file of this result holds.
std::string text_of(const Result& result);

// Throws CannotRead, or BadJson naming the file and what is wrong in it: no JSON, a field of
// another type, or fields that contradict each other (reports/result/consistency.hpp).
Result read_result(const std::string& path);
// The same of a document that was read from there already.
Result result_of(const Json& document, const std::string& path);
// The text itself. Throws CannotRead.
std::string read_file(const std::string& path, std::size_t most_bytes = JsonLimits().bytes);

// The document in a file. Throws CannotRead, or BadJson naming the file.
Json read_json(const std::string& path);

}  // namespace concbench
