// Which files a command starts, so that a program that is replaced while cells of it are measured
// does not pass for the one that the first cells are of.
#pragma once

#include <string>
#include <vector>

#include "cli/harness/process.hpp"

namespace concbench {

// The identity of the program, found as exec finds it, and of all arguments that are files: a
// script behind its interpreter. Two are equal only if no file was replaced or written in between.
std::string identity_of(const std::vector<std::string>& command);

// The program is another than the one whose cells these are.
struct Replaced : WorkerFailure {
  explicit Replaced(const std::string& program);
};

// Throws Replaced unless the command still has this identity.
void require_identity(const std::vector<std::string>& command, const std::string& identity);

}  // namespace concbench
