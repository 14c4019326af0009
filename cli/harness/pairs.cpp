#include "cli/harness/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/harness/open_cell.hpp"
#include "cli/harness/program_files.hpp"
#include "cli/harness/reference_loop.hpp"
#include "cli/harness/signals.hpp"

namespace concbench {
namespace {

using Clock = Process::Clock;

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
  void conclude(Judgement judgement);
  void prepare();
  Pair run_pair(bool new_first);

  Contest& contest_;
  const PairedSession& session_;
  Judge judge_;
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
  conclude({.verdict = verdict, .reason = reason, .pairs = static_cast<int>(cell().pairs.size())});
}

void Match::close(const std::string& why) {
  if (!judge_.decided()) cell().ended = why;
  conclude(judge(cell(), session_.rule));
}

// Nothing is said of two programs that are not any more what they were when the check began.
void Match::conclude(Judgement judgement) {
  closed_ = true;
  try {
    contest_.rivals->require_same_programs();
  } catch (const Replaced& replaced) {
    judgement = {
        .verdict = Verdict::incomparable, .reason = replaced.what(), .pairs = judgement.pairs};
  }
  cell().judgement = std::move(judgement);
  session_.closed(cell());
}

// Finds out whether both can run it, and how many iterations a slice has.
void Match::prepare() {
  prepared_ = true;
  Rivals& rivals = *contest_.rivals;
  std::string no_base = contest_.missing_in_base, no_next = contest_.missing_in_next;
  if (no_base.empty()) attempt("BASE", no_base, [&] { rivals.prepare_base(cell()); });
  if (no_next.empty() && !closed_) attempt("NEW", no_next, [&] { rivals.prepare_next(cell()); });
  if (closed_) return;
  if (!no_base.empty() && !no_next.empty()) return close(Verdict::skipped, no_base);
  if (!no_base.empty()) return close(Verdict::missing, fmt::format("BASE: {}", no_base));
  if (!no_next.empty()) return close(Verdict::missing, fmt::format("NEW: {}", no_next));
  const std::string difference = rivals.difference();
  if (!difference.empty()) close(Verdict::incomparable, difference);
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
  contest_.rivals->measure(cell(), pair);
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
