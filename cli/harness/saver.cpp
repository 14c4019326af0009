#include "cli/harness/saver.hpp"

#include "reports/result/result_file.hpp"

namespace concbench {

Saver::Saver(const std::string& path) {
  if (!path.empty()) file_.emplace(path);
}

bool Saver::save_if_due(const Result& result) {
  if (file_ && file_->is_replaced() && Clock::now() < due_) return false;
  save(result);
  return true;
}

void Saver::save(const Result& result) {
  if (!file_ || !file_->is_replaced()) return;
  const auto start = Clock::now();
  file_->write(text_of(result));
  const auto written = Clock::now();
  due_ = written + 20 * (written - start);
}

void Saver::finish(const Result& result) {
  if (file_) file_->write(text_of(result));
}

}  // namespace concbench
