#include "cli/harness/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/harness/calibrate.hpp"
#include "cli/harness/open_cell.hpp"
#include "cli/harness/patience.hpp"
#include "cli/harness/reference_loop.hpp"
#include "cli/harness/signals.hpp"

namespace concbench {
namespace {

using Clock = Process::Clock;

constexpr double slice_s = 0.012;
// A slice ends by its span: where most of an iteration is not timed, more pairs tell more than
// longer slices.
constexpr double most_span = 1;
constexpr int most_slices = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A contest while it is going on.
class Match {
 public:
  Match(Contest& contest, const PairedSession& session)
      : contest_(contest), session_(session), judge_(session.rule) {}

  bool closed() const { return closed_; }
  CheckedCell& cell() const { return contest_.cell; }

  // Runs one pair, and closes the cell if it decides, or if there is no time for another.
  void play(bool new_first);
  void close(const std::string& why);

 private:
  // Runs a step of the conversation with workers. What goes wrong closes the cell; that a worker
  // declines it is told in `refusal`.
  template <class Step>
  void attempt(const char* who, std::string& refusal, Step step);
  void close(Verdict verdict, const std::string& reason);
  void prepare();
  void pin_iterations();
  void fit_to_new();
  Pair run_pair(bool new_first);

  Contest& contest_;
  const PairedSession& session_;
  Judge judge_;
  int slices_ = most_slices;
  double pair_s_ = 0;  // what the last pair took
  bool prepared_ = false, closed_ = false;
};

template <class Step>
void Match::attempt(const char* who, std::string& refusal, Step step) {
  const auto start = Clock::now();
  try {
    step();
  } catch (const Refused& refused) {
    refusal = refused.what();
  } catch (const Replaced& replaced) {
    close(Verdict::incomparable, fmt::format("{}: {}", who, replaced.what()));
  } catch (const WorkerFailure& failure) {
    close(Verdict::failed, fmt::format("{}: {}", who, failure.what()));
  }
  cell().seconds += seconds_since(start);
}

void Match::close(Verdict verdict, const std::string& reason) {
  closed_ = true;
  cell().judgement = {
      .verdict = verdict, .reason = reason, .pairs = static_cast<int>(cell().pairs.size())};
  session_.closed(cell());
}

void Match::close(const std::string& why) {
  closed_ = true;
  if (!judge_.decided()) cell().ended = why;
  cell().judgement = judge(cell(), session_.rule);
  session_.closed(cell());
}

// Finds out whether both can run it, and how many iterations a slice has.
void Match::prepare() {
  prepared_ = true;
  std::string no_base = contest_.missing_in_base, no_next = contest_.missing_in_next;
  if (no_base.empty()) attempt("BASE", no_base, [&] { pin_iterations(); });
  if (no_next.empty() && !closed_) attempt("NEW", no_next, [&] { fit_to_new(); });
  if (closed_) return;
  if (!no_base.empty() && !no_next.empty()) return close(Verdict::skipped, no_base);
  if (!no_base.empty()) return close(Verdict::missing, fmt::format("BASE: {}", no_base));
  if (!no_next.empty()) return close(Verdict::missing, fmt::format("NEW: {}", no_next));
  const std::string &base = contest_.base.hello.model, &next = contest_.next.hello.model;
  if (base != next) close(Verdict::incomparable, fmt::format("model: '{}', '{}'", base, next));
}

void Match::pin_iterations() {
  OpenCell worker(contest_.base, contest_.workload, contest_.placement,
                  deadline_in(session_.timeout_s));
  worker.run(1);
  std::int64_t iterations = iterations_for(worker, slice_s, most_span);
  worker.close();
  if (cell().injected > 0) {
    // A multiple of that many, so that the extra work is a whole number of iterations.
    const double unit = std::max(1.0, std::round(1 / cell().injected));
    const double units = std::round(static_cast<double>(iterations) / unit);
    iterations = std::llround(std::max(1.0, units) * unit);
  }
  cell().iterations = iterations;
}

// A NEW that is many times slower is found with slices that are fewer and shorter.
void Match::fit_to_new() {
  OpenCell worker(contest_.next, contest_.workload, contest_.placement,
                  deadline_in(session_.timeout_s));
  std::int64_t& iterations = cell().iterations;
  if (iterations > 0) {  // which BASE has said, or it cannot run the cell
    worker.run(1);
    const auto now = static_cast<double>(iterations);
    const double took = static_cast<double>(worker.run(iterations).span_ns) / 1e9;
    constexpr double longest_s = 4 * slice_s;
    if (took > longest_s && cell().injected == 0) {
      iterations = std::max<std::int64_t>(1, std::llround(now * longest_s / took));
    }
    const double slice = took * static_cast<double>(iterations) / now;
    slices_ =
        std::clamp(static_cast<int>(std::lround(most_slices * slice_s / slice)), 1, most_slices);
  }
  worker.close();
}

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

Pair Match::run_pair(bool new_first) {
  Pair pair{.new_first = new_first};
  Conditions& seen = pair.conditions;
  const auto look = [&](std::int64_t& reference) {
    reference = reference_loop_ns();
    if (const auto now = runnable_tasks()) {
      seen.runnable = std::max(seen.runnable.value_or(0), *now);
    }
  };
  look(seen.reference_before_ns);
  // Whatever the two do not do at the same time, the coin decides: who is started, warmed up and
  // measured first.
  const auto until = deadline_in(session_.timeout_s);
  OpenCell one(new_first ? contest_.next : contest_.base, contest_.workload, contest_.placement,
               until);
  OpenCell other(new_first ? contest_.base : contest_.next, contest_.workload, contest_.placement,
                 until);
  const std::int64_t iterations = cell().iterations;
  for (OpenCell* worker : {&one, &other}) worker->run(1);
  for (OpenCell* worker : {&one, &other}) worker->run(iterations);
  // Who comes first finds the caches as the wait for the session has left them, and is some half
  // percent slower: so the two take turns in that, too.
  const auto run_new = [&] {
    pair.new_ns.push_back(timed(new_first ? one : other, iterations, seen));
  };
  const auto run_base = [&] {
    pair.base_ns.push_back(timed(new_first ? other : one, iterations, seen));
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
  look(seen.reference_after_ns);
  return pair;
}

void Match::play(bool new_first) {
  if (!prepared_) prepare();
  if (closed_) return;
  if (cell().seconds + pair_s_ > session_.cell_budget_s) {
    return close(fmt::format("the {:.3g} s for a cell (--cell-budget) were used up",
                             session_.cell_budget_s));
  }
  const double before = cell().seconds;
  std::string refusal;
  attempt("a pair", refusal, [&] {
    cell().pairs.push_back(run_pair(new_first));
    judge_.add(log_ratio(cell().pairs.back()));
  });
  pair_s_ = cell().seconds - before;
  if (!refusal.empty()) close(Verdict::failed, "ran at first, and then said: " + refusal);
  if (closed_) return;
  session_.progress(cell(), judge_.effect());
  if (judge_.decided()) close("");
}

}  // namespace

int run_pairs(std::vector<Contest>& contests, const PairedSession& session) {
  const auto start = Clock::now();
  std::mt19937_64 random(session.seed);
  std::vector<Match> matches;
  matches.reserve(contests.size());
  for (Contest& contest : contests) matches.emplace_back(contest, session);
  const auto close_all = [&](const std::string& why) {
    for (Match& match : matches) {
      if (!match.closed()) match.close(why);
    }
  };
  try {
    // Round by round a pair of every open cell, in a new order each time, so that a slow minute
    // hits all alike.
    std::vector<std::size_t> order(matches.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    while (std::ranges::any_of(matches, [](const Match& match) { return !match.closed(); })) {
      std::shuffle(order.begin(), order.end(), random);
      for (const std::size_t i : order) {
        const bool coin = random() >> 63;
        if (matches[i].closed()) continue;
        if (session.budget_s && seconds_since(start) > *session.budget_s) {
          close_all(fmt::format("the {:.3g} s in all (--budget) were used up", *session.budget_s));
          return 0;
        }
        matches[i].play(coin);
        if (caught_signal()) throw Interrupted();
      }
    }
  } catch (const Interrupted&) {
    close_all("stopped by a signal");
    return caught_signal();
  }
  return 0;
}

}  // namespace concbench
