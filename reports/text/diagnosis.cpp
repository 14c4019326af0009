#include "reports/text/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/result/finding_json.hpp"
#include "reports/text/units.hpp"

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

constexpr std::size_t indent = 9;  // as wide as "warning" and two blanks

std::string entry(std::string_view head, const std::string& text, const TableStyle& style,
                  std::string_view code = color::none) {
  return wrapped(fmt::format("{:<{}}", head, indent), text, code, style);
}

std::string explained(const Finding& finding, const TableStyle& style) {
  const bool alarming = finding.severity == Severity::warning;
  std::string text = entry(name_of(finding.severity), finding.id + ": " + finding.found, style,
                           alarming ? color::yellow : color::none);
  text += entry("", finding.effect, style);
  if (!finding.fix.empty()) text += entry("", "fix: " + finding.fix, style);
  return text;
}

// Those of this severity, an entry each.
std::string listed(const std::vector<Finding>& findings, Severity severity, const char* title,
                   const TableStyle& style) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.severity != severity) continue;
    text += entry(text.empty() ? title : "", finding.id + ": " + finding.found, style);
  }
  return text;
}

std::string row_of(const Noise& noise) {
  return fmt::format("{:>5}  {:>8}  {:>8}  {:>7}  {:>14}  {:>8}\n", noise.cpus.size(),
                     duration_text(noise.median_ns), percent_text(noise.range99),
                     percent_text(noise.mad), duration_text(static_cast<double>(noise.gap_ns)),
                     noise.detectable ? percent_text(*noise.detectable) : "-");
}

std::string noise_text(const Diagnosis& diagnosis, const TableStyle& style) {
  if (diagnosis.noise.empty()) {
    return fitted("\nnoise floor not measured: " + diagnosis.not_measured + '\n', style);
  }
  std::string text =
      "\nnoise floor: fixed work on pinned cores\n"
      "cores      time    99 % in      MAD  worst clock gap  detectable slow-down\n";
  for (const Noise& noise : diagnosis.noise) text += row_of(noise);
  return fitted(text, style) +
         wrapped("",
                 fmt::format("Detectable: by {} pairs of {} slices as long as the work here. {}",
                             diagnosis.noise.back().pairs, slices_of_pair, assumption),
                 color::none, style);
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
  const auto& findings = diagnosis.findings;
  const auto count = [&](Severity severity) {
    return std::ranges::count(findings, severity, &Finding::severity);
  };
  std::string text = fitted(
      fmt::format("{} and {} about this machine\n\n", counted(count(Severity::warning), "warning"),
                  counted(count(Severity::note), "note")),
      style);
  for (const Severity severity : {Severity::warning, Severity::note}) {
    for (const Finding& finding : findings) {
      if (finding.severity == severity) text += explained(finding, style);
    }
  }
  text += listed(findings, Severity::ok, "ok", style);
  if (count(Severity::unavailable) > 0) text += "not available here\n";
  text += listed(findings, Severity::unavailable, "", style);
  return text + noise_text(diagnosis, style);
}

}  // namespace concbench
