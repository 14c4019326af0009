#include "cli/harness/program_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <sstream>

namespace concbench {
namespace {

std::string identity_of_file(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return "";
  // The time of change is the one that nobody can set back.
  return fmt::format("{} {}:{} {} {}.{:09} {}.{:09}\n", path, file.st_dev, file.st_ino,
                     file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_ctim.tv_sec,
                     file.st_ctim.tv_nsec);
}

// As execvp looks for it.
std::string identity_of_program(const std::string& name) {
  if (name.find('/') != name.npos) return identity_of_file(name);
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string identity = identity_of_file(folder + '/' + name);
    if (!identity.empty()) return identity;
  }
  return "";
}

}  // namespace

std::string identity_of(const std::vector<std::string>& command) {
  if (command.empty()) return "";
  std::string all = identity_of_program(command.front());
  for (std::size_t i = 1; i < command.size(); ++i) all += identity_of_file(command[i]);
  return all;
}

Replaced::Replaced(const std::string& program)
    : WorkerFailure(Status::failed,
                    fmt::format("'{}' was replaced while this was going on: what it starts now is "
                                "another program than at the beginning",
                                program)) {}

void require_identity(const std::vector<std::string>& command, const std::string& identity) {
  if (identity_of(command) != identity) throw Replaced(command.front());
}

}  // namespace concbench
