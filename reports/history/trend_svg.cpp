// Trends as a picture. Written by hand, so that it needs no other program where concbench is
// installed: panels below each other, points in the order of their results.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/history/trend.hpp"
#include "reports/text/text.hpp"
#include "reports/text/units.hpp"

namespace concbench {
namespace {

constexpr double width = 760, height = 190, left = 84, right = 24, top = 40, bottom = 30;
// --m-pool and --m-processes of reports/web/colors.css, on paper.
constexpr const char* colour = "#00588f";
constexpr const char* alarm = "#c8500a";

class Panel {
 public:
  Panel(const Trend& trend, double y) : trend_(trend), y_(y) {
    low_ = high_ = trend.series.points.front().ns_per_op.median;
    for (const Series::Point& point : trend.series.points) {
      low_ = std::min(low_, point.ns_per_op.low);
      high_ = std::max(high_, point.ns_per_op.high);
    }
    // A tenth of air, also around a line without any spread.
    const double air = std::max((high_ - low_) / 10, high_ / 50);
    low_ = std::max(0.0, low_ - air);
    high_ += air;
  }

  std::string svg() const {
    std::string out = text(left, y_ + 18, "start", trend_.series.cell, "bold") +
                      text(left, y_ + 32, "start",
                           fmt::format("time per {} · {} ({})", trend_.series.op,
                                       trend_.series.cpu_model, trend_.series.machine));
    for (const double value : {low_, (low_ + high_) / 2, high_}) out += rule_at(value);
    for (const std::size_t change : trend_.changes) out += change_at(change);
    std::string line;
    const auto& points = trend_.series.points;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Estimate& time = points[i].ns_per_op;
      line += fmt::format("{:.1f},{:.1f} ", x_of(i), y_of(time.median));
      out += fmt::format(
          "<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"{3}\" opacity=\".5\"/>\n"
          "<circle cx=\"{0:.1f}\" cy=\"{4:.1f}\" r=\"3\" fill=\"{3}\"><title>{5}"
          "</title></circle>\n",
          x_of(i), y_of(time.low), y_of(time.high), colour, y_of(time.median),
          in_xml(fmt::format("{} {}: {}", points[i].date, points[i].commit,
                             duration_text(time.median))));
    }
    out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", line, colour);
    return out + text(x_of(0), y_ + height - 10, "start", points.front().date.substr(0, 10)) +
           text(width - right, y_ + height - 10, "end", points.back().date.substr(0, 10));
  }

 private:
  double x_of(std::size_t i) const {
    const double n = static_cast<double>(trend_.series.points.size());
    const double share = n > 1 ? static_cast<double>(i) / (n - 1) : 0.5;
    return left + 8 + share * (width - left - right - 16);
  }
  double y_of(double value) const {
    const double share = (value - low_) / (high_ - low_);
    return y_ + height - bottom - share * (height - top - bottom);
  }
  static std::string text(double x, double y, const char* anchor, const std::string& words,
                          const char* weight = "normal") {
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-weight=\"{}\">{}</text>\n", x, y,
        anchor, weight, in_xml(words));
  }
  std::string rule_at(double value) const {
    return fmt::format("<path d=\"M{} {:.1f}H{}\" stroke=\"#DDD\"/>\n", left, y_of(value),
                       width - right) +
           text(left - 6, y_of(value) + 4, "end", duration_text(value));
  }
  std::string change_at(std::size_t i) const {
    const double x = (x_of(i - 1) + x_of(i)) / 2;
    return fmt::format(
               "<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"{}\" stroke-dasharray=\"4 3\"/>\n", x,
               y_ + top, y_ + height - bottom, alarm) +
           text(x, y_ + top - 2, "middle", "changed");
  }

  const Trend& trend_;
  double y_, low_, high_;
};

}  // namespace

std::string to_svg(const std::vector<Trend>& trends) {
  const double total = height * static_cast<double>(trends.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#FFF\"/>\n",
      width, total);
  double y = 0;
  for (const Trend& trend : trends) {
    out += Panel(trend, y).svg();
    y += height;
  }
  return out + "</svg>\n";
}

}  // namespace concbench
