// Keeps a result that grows on the disk. A cell may be called finished once it is there.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "reports/result/output_file.hpp"
#include "reports/result/result.hpp"

namespace concbench {

class Saver {
 public:
  // "" for a result that is kept nowhere. Throws CannotWrite if nothing could be written there.
  explicit Saver(const std::string& path);

  // Whether the result is now kept as it stands. The more there is to write, the less often it is
  // written: at most a twentieth of the time goes into it.
  bool save_if_due(const Result& result);
  void save(const Result& result);
  // For the last time; also into what can be written but once.
  void finish(const Result& result);

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<OutputFile> file_;
  Clock::time_point due_ = Clock::now();
};

}  // namespace concbench
