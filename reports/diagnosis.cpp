#include "reports/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "reports/finding_json.hpp"
#include "reports/units.hpp"

namespace concbench {
namespace {

constexpr std::string_view assumption =
    "Pairs are made of these slices as `check` makes them of two equal programs in turn. Processes "
    "of real programs also differ in layout and start, so that no less than this can be found.";

Json to_json(const Noise& noise) {
  return {{"cpus", noise.cpus},
          {"slices", noise.slices},
          {"median_ns", noise.median_ns},
          {"range99", noise.range99},
          {"mad", noise.mad},
          {"gap_ns", noise.gap_ns},
          {"gap_cpu", noise.gap_cpu},
          {"clock_read_ns", noise.clock_read_ns},
          {"pairs", noise.pairs},
          {"detectable", noise.detectable ? Json(*noise.detectable) : Json(nullptr)}};
}

class Text {
 public:
  explicit Text(const TableStyle& style) : style_(style) {}

  void line(const std::string& text) { out_ += text + '\n'; }

  // `text` from column `indent` on, broken between words; the first line begins with `head`.
  void paragraph(const std::string& head, std::size_t indent, const std::string& text,
                 bool alarming = false) {
    const std::size_t start = out_.size();
    const auto width = static_cast<std::size_t>(std::max(style_.width, 40));
    std::string current = fmt::format("{:<{}}", head, indent);
    bool empty = true;
    std::istringstream words(text);
    for (std::string word; words >> word; empty = false) {
      if (!empty && current.size() + 1 + word.size() > width) {
        line(current);
        current.assign(indent, ' ');
        empty = true;
      }
      current += (empty ? "" : " ") + word;
    }
    line(current);
    if (!alarming) return;
    out_.insert(start + head.size(), "\033[0m");
    out_.insert(start, "\033[33m");
  }

  std::string take() && { return style_.unicode ? std::move(out_) : ascii(out_); }

 private:
  const TableStyle& style_;
  std::string out_;
};

constexpr std::size_t indent = 9;  // as wide as "warning" and two blanks

void add(Text& text, const Finding& finding, const TableStyle& style) {
  const bool alarming = style.color && finding.severity == Severity::warning;
  const std::string head(name_of(finding.severity));
  text.paragraph(head, indent, finding.id + ": " + finding.found, alarming);
  text.paragraph("", indent, finding.effect);
  if (!finding.fix.empty()) text.paragraph("", indent, "fix: " + finding.fix);
}

// Those of this severity in a list, a line each.
void add_list(Text& text, const std::vector<Finding>& findings, Severity severity,
              const char* title) {
  bool first = true;
  for (const Finding& finding : findings) {
    if (finding.severity != severity) continue;
    text.paragraph(first ? title : "", indent, finding.id + ": " + finding.found);
    first = false;
  }
}

void add(Text& text, const Noise& noise) {
  text.line(fmt::format("{:>5}  {:>8}  {:>8}  {:>7}  {:>14}  {:>8}", noise.cpus.size(),
                        duration_text(noise.median_ns), percent_text(noise.range99),
                        percent_text(noise.mad), duration_text(static_cast<double>(noise.gap_ns)),
                        noise.detectable ? percent_text(*noise.detectable) : "-"));
}

void add_noise(Text& text, const Diagnosis& diagnosis) {
  text.line("");
  if (diagnosis.noise.empty()) {
    text.line("noise floor not measured: " + diagnosis.not_measured);
    return;
  }
  text.line("noise floor: fixed work on pinned cores");
  text.line("cores      time    99 % in      MAD  worst clock gap  detectable slow-down");
  for (const Noise& noise : diagnosis.noise) add(text, noise);
  const Noise& noise = diagnosis.noise.back();
  text.paragraph("", 0,
                 fmt::format("Detectable: by {} pairs of {} slices as long as the work here. {}",
                             noise.pairs, slices_of_pair, assumption));
}

std::string counted(std::ptrdiff_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace

Json to_json(const Diagnosis& diagnosis) {
  Json findings = Json::array(), noise;
  for (const Finding& finding : diagnosis.findings) findings.push_back(to_json(finding));
  if (!diagnosis.noise.empty()) {
    Json placements = Json::array();
    for (const Noise& each : diagnosis.noise) placements.push_back(to_json(each));
    noise = {{"placements", std::move(placements)},
             {"slices_of_pair", slices_of_pair},
             {"assumption", assumption}};
  }
  return {{"schema", 1},
          {"findings", std::move(findings)},
          {"noise", std::move(noise)},
          {"not_measured", diagnosis.noise.empty() ? Json(diagnosis.not_measured) : Json(nullptr)}};
}

std::string to_text(const Diagnosis& diagnosis, const TableStyle& style) {
  Text text(style);
  const auto count = [&](Severity severity) {
    return std::ranges::count(diagnosis.findings, severity, &Finding::severity);
  };
  text.line(fmt::format("{} and {} about this machine\n",
                        counted(count(Severity::warning), "warning"),
                        counted(count(Severity::note), "note")));
  for (const Severity severity : {Severity::warning, Severity::note}) {
    for (const Finding& finding : diagnosis.findings) {
      if (finding.severity == severity) add(text, finding, style);
    }
  }
  add_list(text, diagnosis.findings, Severity::ok, "ok");
  if (count(Severity::unavailable) > 0) text.line("not available here");
  add_list(text, diagnosis.findings, Severity::unavailable, "");
  add_noise(text, diagnosis);
  return std::move(text).take();
}

}  // namespace concbench
