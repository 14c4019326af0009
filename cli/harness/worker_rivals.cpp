#include "cli/harness/worker_rivals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/harness/calibrate.hpp"
#include "cli/harness/open_cell.hpp"
#include "cli/harness/patience.hpp"
#include "cli/harness/program_files.hpp"

namespace concbench {
namespace {

constexpr double slice_s = 0.012;
// A slice ends by its span: where most of an iteration is not timed, more pairs tell more than
// longer slices.
constexpr double most_span = 1;

// The time of a slice, whose conditions are added to those of the pair.
std::int64_t timed(OpenCell& cell, std::int64_t iterations, Conditions& seen) {
  const Sample sample = cell.run(iterations);
  seen.span_ns += sample.span_ns;
  const auto add = [](auto& into, const auto& more) {
    if (more) into = into.value_or(0) + *more;
  };
  add(seen.steal_ns, sample.steal_ns);
  add(seen.foreign_ns, sample.foreign_ns);
  return sample.wall_ns;
}

class WorkerRivals : public Rivals {
 public:
  explicit WorkerRivals(WorkerSides sides) : sides_(std::move(sides)) {}

  void prepare_base(CheckedCell& cell) override;
  void prepare_next(CheckedCell& cell) override;
  std::string difference() const override;
  void measure(const CheckedCell& cell, Pair& pair) override;
  void require_same_programs() const override;

 private:
  OpenCell open(const Candidate& candidate, Process::Clock::time_point deadline) const {
    return OpenCell(candidate, sides_.workload, sides_.placement, deadline);
  }

  WorkerSides sides_;
  int slices_ = most_slices;
};

void WorkerRivals::prepare_base(CheckedCell& cell) {
  OpenCell worker = open(sides_.base, deadline_in(sides_.timeout_s));
  worker.run(1);
  std::int64_t iterations = iterations_for(worker, slice_s, most_span);
  worker.close();
  if (cell.injected > 0) {
    // A multiple of that many, so that the extra work is a whole number of iterations.
    const double unit = std::max(1.0, std::round(1 / cell.injected));
    const double units = std::round(static_cast<double>(iterations) / unit);
    iterations = std::llround(std::max(1.0, units) * unit);
  }
  cell.iterations = iterations;
}

// A NEW that is many times slower is found with slices that are fewer and shorter.
void WorkerRivals::prepare_next(CheckedCell& cell) {
  OpenCell worker = open(sides_.next, deadline_in(sides_.timeout_s));
  std::int64_t& iterations = cell.iterations;
  if (iterations > 0) {  // which BASE has said, or it cannot run the cell
    worker.run(1);
    const auto now = static_cast<double>(iterations);
    const double took = static_cast<double>(worker.run(iterations).span_ns) / 1e9;
    constexpr double longest_s = 4 * slice_s;
    if (took > longest_s && cell.injected == 0) {
      iterations = std::max<std::int64_t>(1, std::llround(now * longest_s / took));
    }
    const double slice = took * static_cast<double>(iterations) / now;
    slices_ =
        std::clamp(static_cast<int>(std::lround(most_slices * slice_s / slice)), 1, most_slices);
  }
  worker.close();
}

std::string WorkerRivals::difference() const {
  const std::string &base = sides_.base.hello.model, &next = sides_.next.hello.model;
  return base == next ? "" : fmt::format("model: '{}', '{}'", base, next);
}

// Whatever the two do not do at the same time, the coin decides: who is started, warmed up and
// measured first.
void WorkerRivals::measure(const CheckedCell& cell, Pair& pair) {
  const bool new_first = pair.new_first;
  const auto until = deadline_in(sides_.timeout_s);
  OpenCell one = open(new_first ? sides_.next : sides_.base, until);
  OpenCell other = open(new_first ? sides_.base : sides_.next, until);
  for (OpenCell* worker : {&one, &other}) worker->run(1);
  for (OpenCell* worker : {&one, &other}) worker->run(cell.iterations);
  // Who comes first finds the caches as the wait for the session has left them, and is some half
  // percent slower: so the two take turns in that, too.
  const auto run_new = [&] {
    pair.new_ns.push_back(timed(new_first ? one : other, cell.iterations, pair.conditions));
  };
  const auto run_base = [&] {
    pair.base_ns.push_back(timed(new_first ? other : one, cell.iterations, pair.conditions));
  };
  for (int slice = 0; slice < slices_; ++slice) {
    if (new_first == (slice % 2 == 0)) {
      run_new();
      run_base();
    } else {
      run_base();
      run_new();
    }
  }
  one.close();
  other.close();
}

void WorkerRivals::require_same_programs() const {
  for (const Candidate* candidate : {&sides_.base, &sides_.next}) {
    require_identity(candidate->launch, candidate->identity);
  }
}

}  // namespace

std::unique_ptr<Rivals> worker_rivals(WorkerSides sides) {
  return std::make_unique<WorkerRivals>(std::move(sides));
}

}  // namespace concbench
