#include "cli/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace concbench {
namespace {

// Levenshtein's distance, a swap of two neighbours counting as one edit.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known) {
  std::string_view nearest;
  std::size_t least = typed.size() / 3 + 2;  // more edits than this and it is another word
  for (const std::string& word : known) {
    const std::size_t edits = distance(typed, word);
    if (edits < least) {
      least = edits;
      nearest = word;
    }
  }
  return nearest.empty() ? "" : " (did you mean '" + std::string(nearest) + "'?)";
}

}  // namespace concbench
