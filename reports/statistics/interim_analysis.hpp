// Interim analyses: when a sequence of pairs is judged, and how much of the error rate each may
// spend.
//
// Testing again and again at .05 would raise far more than 5 % false alarms. An error-spending
// function (K. K. G. Lan, D. L. DeMets: Discrete sequential boundaries for clinical trials,
// Biometrika 70, 1983) says how much of it may be spent by the time a share t of all pairs is
// there: alpha·√t, which spends much early, because pairs are dear and the first analysis of a test
// at .01 must be able to reject with 8 pairs (p = 1/256). The levels are added up, which holds
// however the analyses depend on each other.
#pragma once

namespace concbench {

inline constexpr int interim_analyses[] = {8, 12, 16, 24, 32, 48};
inline constexpr int first_analysis = interim_analyses[0], last_analysis = interim_analyses[5];

bool is_interim_analysis(int pairs);

class AlphaSpending {
 public:
  explicit AlphaSpending(double alpha) : alpha_(alpha) {}

  // The level of a test with this many pairs, at most `last_analysis`.
  double level(int pairs) const;
  // A test was held whose true size was this. An exact test is smaller than its level; what it left
  // is there for the next analysis.
  void spend(double size) { spent_ += size; }

 private:
  double alpha_, spent_ = 0;
};

}  // namespace concbench
