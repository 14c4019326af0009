#include "reports/result/date.hpp"

#include <charconv>
#include <chrono>

namespace concbench {
namespace {

// Takes a text apart from its front; once something did not fit, it stays so.
class Front {
 public:
  explicit Front(std::string_view text) : rest_(text) {}

  // A number of exactly so many digits, up to `most`.
  unsigned number(std::size_t digits, unsigned most) {
    unsigned value = 0;
    const std::string_view text = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    fits_ &= text.size() == digits && error == std::errc{} && end == text.data() + digits &&
             value <= most;
    rest_.remove_prefix(text.size());
    return value;
  }

  bool next_is(std::string_view any_of) {
    const bool is = !rest_.empty() && any_of.find(rest_.front()) != any_of.npos;
    if (is) rest_.remove_prefix(1);
    return is;
  }
  void expect(std::string_view any_of) { fits_ &= next_is(any_of); }
  void fraction() {
    if (!next_is(".")) return;
    expect("0123456789");
    while (next_is("0123456789")) {
    }
  }

  bool fitted() const { return fits_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool fits_ = true;
};

void time_of_day(Front& front) {
  front.number(2, 23);
  front.expect(":");
  front.number(2, 59);
}

}  // namespace

bool is_date(std::string_view text) {
  Front front(text);
  const unsigned year = front.number(4, 9999);
  front.expect("-");
  const unsigned month = front.number(2, 12);
  front.expect("-");
  const unsigned day = front.number(2, 31);
  front.expect("Tt");
  time_of_day(front);
  front.expect(":");
  front.number(2, 59);
  front.fraction();
  if (!front.next_is("Zz")) {
    front.expect("+-");
    time_of_day(front);
  }
  return front.fitted() &&
         std::chrono::year_month_day{std::chrono::year(static_cast<int>(year)),
                                     std::chrono::month(month), std::chrono::day(day)}
             .ok();
}

}  // namespace concbench
