// Where this program's own file is, which is what workers are started from.
#pragma once

#include <sys/auxv.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace concbench::os {

// Without a /proc, the kernel's word for what it was asked to start; that is a path, even where a
// shell found the program by a bare name.
inline std::string own_program() {
  std::error_code no_proc;
  const auto link = std::filesystem::read_symlink("/proc/self/exe", no_proc);
  if (!no_proc) return link.string();
  const auto* const started = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  if (!started) return "concbench";
  std::error_code gone;
  const auto path = std::filesystem::canonical(started, gone);
  return gone ? started : path.string();
}

}  // namespace concbench::os
