// From pairs to a verdict. A deterministic function of the log ratios in their order, so that a
// recorded session can be judged again.
//
// Two stages. The screen judges the pairs at the interim analyses and spends `screen` on false
// alarms in each direction. What it suspects, and what is at least `min_effect` large, must be
// found again in fresh pairs at `confirm`. Identical programs hence raise a false alarm in at most
// .05 × .01 of all checks of each direction, as long as the coin is fair.
//
// At each look the pairs may also show that there is nothing to find: the interval lies inside
// ±`equivalence`. All analyses together call programs that differ by just that much `equivalent` in
// at most 1 − `level` of cases.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/statistics/interim_analysis.hpp"
#include "reports/statistics/signed_rank.hpp"

namespace concbench {

enum class Verdict {
  regression,
  improvement,
  equivalent,
  inconclusive,
  incomparable,  // the two are not the same thing
  failed,        // a worker crashed, hung or answered wrongly
  missing,       // one of the two does not have the cell
  skipped,       // neither can run it, and says why
};
inline constexpr Verdict all_verdicts[] = {
    Verdict::regression,   Verdict::improvement, Verdict::equivalent, Verdict::inconclusive,
    Verdict::incomparable, Verdict::failed,      Verdict::missing,    Verdict::skipped};
std::string_view name_of(Verdict verdict);

struct Rule {
  double min_effect = 0.02;   // as a share: 0.02 is 2 %
  double equivalence = 0.05;  // ditto
  double screen = 0.05, confirm = 0.01;
  double level = 0.99;  // of the interval
  double power = 0.95;  // with which the smallest detectable effect would have been found
};

// NEW's time as a multiple of BASE's, with its interval.
struct Effect {
  double ratio, low, high;
};

struct Judgement {
  Verdict verdict = Verdict::inconclusive;
  std::string reason = {};  // why there is no number, or no clear one
  int pairs = 0;            // in all
  int deciding = 0;         // of the stage that the figures below are from
  bool confirming = false;  // that stage is the second
  std::optional<Effect> effect = {};
  std::optional<double> p = {};                    // one-sided, in the direction of the effect
  std::optional<double> smallest_detectable = {};  // as a share
};

class Judge {
 public:
  explicit Judge(const Rule& rule)
      : rule_(rule),
        slower_(rule.screen),
        faster_(rule.screen),
        confirming_(rule.confirm),
        equivalent_(1 - rule.level) {}

  // The log ratio of the next pair; only while there is no decision.
  void add(double log_ratio);
  bool decided() const { return decided_.has_value(); }
  // What the pairs of this stage say so far; nothing if they are too few.
  std::optional<Effect> effect() const;

  // The verdict; without a decision a last look is taken, and `why` says what ended the pairs.
  Judgement conclude(std::string_view why);

 private:
  enum class Direction { slower, faster };
  bool found(Direction direction, AlphaSpending& spending);
  bool is_equivalent();
  void look();
  Judgement described(Verdict verdict, std::string reason) const;
  std::string why_unclear(std::string_view why) const;

  Rule rule_;
  std::vector<double> values_;  // of the current stage
  int before_ = 0;              // pairs of the stage before
  int seen_ = 0;                // pairs at the last look
  AlphaSpending slower_, faster_, confirming_, equivalent_;
  std::optional<Direction> suspect_;
  double suspected_effect_ = 0;
  std::optional<Verdict> decided_;
};

}  // namespace concbench
