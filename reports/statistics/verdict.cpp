#include "reports/statistics/verdict.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "reports/statistics/detectable.hpp"

namespace concbench {
namespace {

std::string percent(double log_ratio) {
  return fmt::format("{:+.1f} %", 100 * std::expm1(log_ratio));
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::regression: return "regression";
    case Verdict::improvement: return "improvement";
    case Verdict::equivalent: return "equivalent";
    case Verdict::inconclusive: return "inconclusive";
    case Verdict::incomparable: return "incomparable";
    case Verdict::failed: return "failed";
    case Verdict::missing: return "missing";
    case Verdict::skipped: return "skipped";
  }
  return "";
}

void Judge::add(double log_ratio) {
  values_.push_back(log_ratio);
  if (is_interim_analysis(static_cast<int>(values_.size()))) look();
}

// Whether the test finds that direction at this look, and large enough to matter.
bool Judge::found(Direction direction, AlphaSpending& spending) {
  const SignedRank test(values_);
  const double level = spending.level(static_cast<int>(values_.size()));
  const double p = direction == Direction::slower ? test.p_above() : test.p_below();
  spending.spend(test.attained(level));
  const double effect = hodges_lehmann(values_);
  return p <= level &&
         (direction == Direction::slower ? effect : -effect) >= std::log1p(rule_.min_effect);
}

// Programs differ in one direction only, so each end of the interval may miss at the whole level.
bool Judge::is_equivalent() {
  const double level = equivalent_.level(static_cast<int>(values_.size()));
  equivalent_.spend(SignedRank(values_).attained(level));
  const auto interval = signed_rank_interval(values_, 1 - 2 * level);
  const double limit = std::log1p(rule_.equivalence);
  return interval && interval->low > -limit && interval->high < limit;
}

void Judge::look() {
  seen_ = static_cast<int>(values_.size());
  if (suspect_) {
    if (found(*suspect_, confirming_)) {
      decided_ = *suspect_ == Direction::slower ? Verdict::regression : Verdict::improvement;
      return;
    }
  } else {
    // Both tests are held at each look, so that both have spent what they spent.
    const bool slower = found(Direction::slower, slower_);
    const bool faster = found(Direction::faster, faster_);
    if (slower || faster) {
      suspect_ = slower ? Direction::slower : Direction::faster;
      suspected_effect_ = hodges_lehmann(values_);
      before_ = std::exchange(seen_, 0);
      values_.clear();
      return;
    }
  }
  if (is_equivalent()) {
    decided_ = Verdict::equivalent;
  } else if (seen_ == last_analysis) {
    decided_ = Verdict::inconclusive;
  }
}

std::optional<Effect> Judge::effect() const {
  const auto interval = signed_rank_interval(values_, rule_.level);
  if (!interval) return {};
  return Effect{std::exp(hodges_lehmann(values_)), std::exp(interval->low),
                std::exp(interval->high)};
}

Judgement Judge::conclude(std::string_view why) {
  const auto now = static_cast<int>(values_.size());
  if (!decided_ && now >= first_analysis && now > seen_) look();
  const Verdict verdict = decided_.value_or(Verdict::inconclusive);
  return described(verdict, verdict == Verdict::inconclusive ? why_unclear(why) : "");
}

Judgement Judge::described(Verdict verdict, std::string reason) const {
  Judgement judgement{.verdict = verdict,
                      .reason = std::move(reason),
                      .pairs = before_ + static_cast<int>(values_.size()),
                      .deciding = static_cast<int>(values_.size()),
                      .confirming = suspect_.has_value(),
                      .effect = effect()};
  if (judgement.effect) {
    const SignedRank test(values_);
    judgement.p = judgement.effect->ratio >= 1 ? test.p_above() : test.p_below();
  }
  if (const auto shift = smallest_detectable(values_, rule_.confirm, rule_.power)) {
    judgement.smallest_detectable = std::max(rule_.min_effect, std::expm1(*shift));
  }
  return judgement;
}

std::string Judge::why_unclear(std::string_view why) const {
  std::string text;
  const auto now = values_.size();
  if (suspect_) {
    text = fmt::format("{} pairs suggested {}, {} fresh ones did not confirm it", before_,
                       percent(suspected_effect_), now);
  } else if (now < static_cast<std::size_t>(first_analysis)) {
    text = fmt::format("{} pairs, where at least {} are needed", now, first_analysis);
  } else {
    text = fmt::format("the interval reaches beyond ±{:.3g} %", 100 * rule_.equivalence);
  }
  return decided_ || why.empty() ? text : fmt::format("{}; {}", text, why);
}

}  // namespace concbench
