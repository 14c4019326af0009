#include "reports/html/html_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "reports/statistics/ranking.hpp"
#include "reports/text/text.hpp"
#include "reports/text/units.hpp"

namespace concbench::html {
namespace {

constexpr std::string_view unknown = "—";

// A text from a result, which may run from right to left.
std::string name(std::string_view text) { return fmt::format("<bdi>{}</bdi>", in_xml(text)); }

std::string plural(std::size_t n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

// ---- The machine -------------------------------------------------------------------------------

// More boxes than this in a row cannot be read, nor counted.
constexpr int drawable = 64;

std::string boxes(int count, const std::string& text) {
  if (count > drawable) return fmt::format("<div><span>{} × {}</span></div>\n", count, text);
  std::string row = "<div>";
  for (int i = 0; i < count; ++i) row += fmt::format("<span>{}</span>", text);
  return row + "</div>\n";
}

std::string cpus(const MachineInfo& machine) {
  if (machine.pus > drawable) {
    return fmt::format("<div><span class=\"pu\">{} × CPU, {} usable</span></div>\n", machine.pus,
                       machine.allowed.size());
  }
  std::string row = "<div>";
  for (const int cpu : machine.allowed) row += fmt::format("<span class=\"pu\">CPU {}</span>", cpu);
  const int barred = machine.pus - static_cast<int>(machine.allowed.size());
  for (int i = 0; i < barred; ++i) row += "<span class=\"barred\">not ours</span>";
  return row + "</div>\n";
}

// ---- The environment ---------------------------------------------------------------------------

struct Fact {
  std::string label;
  std::string (*of)(const Result& result);  // escaped, or empty if unknown
  const char* note = "";                    // where Environment::notes says why it is unknown
};

std::string text(const std::optional<std::string>& value) { return value ? name(*value) : ""; }
std::string yes_no(const std::optional<bool>& value) { return value ? *value ? "on" : "off" : ""; }

std::string joined(const std::vector<std::string>& words) {
  return name(fmt::format("{}", fmt::join(words, " ")));
}

const Fact facts[] = {
    {"Host", [](const Result& r) { return name(r.environment.host); }},
    {"Date", [](const Result& r) { return name(r.date); }},
    {"CPU", [](const Result& r) { return name(r.environment.cpu_model); }},
    {"Kernel", [](const Result& r) { return name(r.environment.kernel); }},
    {"Hypervisor", [](const Result& r) { return text(r.environment.hypervisor); }, "hypervisor"},
    {"Governor", [](const Result& r) { return text(r.environment.governor); }, "governor"},
    {"Boost", [](const Result& r) { return yes_no(r.environment.boost); }, "boost"},
    {"SMT", [](const Result& r) { return yes_no(r.environment.smt); }, "smt"},
    {"ASLR", [](const Result& r) { return yes_no(r.environment.aslr); }, "aslr"},
    {"Clock source", [](const Result& r) { return text(r.environment.clocksource); },
     "clocksource"},
    {"Cgroup", [](const Result& r) { return text(r.environment.cgroup); }, "cgroup"},
    {"CPU quota",
     [](const Result& r) {
       return r.machine.quota_cpus ? fmt::format("{:g} CPUs", *r.machine.quota_cpus) : "none";
     }},
    {"Load before the run",
     [](const Result& r) {
       return r.environment.load_1min ? fmt::format("{:.2f}", *r.environment.load_1min) : "";
     },
     "load"},
    {"Stolen by the host",
     [](const Result& r) {
       return r.environment.steal_share ? fmt::format("{:.1f} %", *r.environment.steal_share * 100)
                                        : "";
     },
     "steal"},
    {"Warnings",
     [](const Result& r) {
       const auto& findings = r.environment.findings;
       std::vector<std::string> words;
       for (const Finding& each : findings) {
         if (each.severity == Severity::warning) words.push_back(each.id + ": " + each.found);
       }
       if (!words.empty()) return name(fmt::format("{}", fmt::join(words, "; ")));
       return std::string(findings.empty() ? "" : "none");  // older results have no findings
     }},
    {"Build",
     [](const Result& r) {
       return name(fmt::format("concbench {} ({})", r.build.version, r.build.commit));
     }},
    {"Compiler", [](const Result& r) { return name(r.build.compiler + " " + r.build.flags); }},
    {"Libraries",
     [](const Result& r) {
       std::vector<std::string> words;
       for (const auto& [library, version] : r.build.libraries) {
         words.push_back(library + " " + version);
       }
       return name(fmt::format("{}", fmt::join(words, ", ")));
     }},
    {"Measured",
     [](const Result& r) {
       return fmt::format("{} in each of {} worker processes, at least {:g} s each",
                          plural(static_cast<std::size_t>(r.request.repetitions), "sample"),
                          r.request.processes, r.request.min_time_s);
     }},
    {"Seed", [](const Result& r) { return fmt::format("{}", r.seed); }},
    {"Asked for", [](const Result& r) { return joined(r.request.argv); }},
    {"Adjusted",
     [](const Result& r) { return r.adjusted.empty() ? "nothing" : joined(r.adjusted); }},
};

std::string fact_cell(const Fact& fact, const Result& result) {
  const std::string value = fact.of(result);
  if (!value.empty()) return value;
  const auto note = result.environment.notes.find(fact.note);
  if (note == result.environment.notes.end()) return std::string(unknown);
  return fmt::format("{} <span class=\"why\">{}</span>", unknown, name(note->second));
}

// ---- Claims ------------------------------------------------------------------------------------

// "1–10 µs", or "12.5 (11–14) µs" where there is a median; whatever is null is left out.
std::string amount(const Json* json) {
  if (!json) return std::string(unknown);
  const auto number = [&](std::string_view key) {
    const Json* value = optional_field(*json, key);
    return value ? fmt::format("{:.3g}", as_number(*value, key)) : "";
  };
  const std::string low = number("low"), high = number("high"), median = number("median");
  std::string range = low == high ? low : fmt::format("{}–{}", low, high);
  if (!median.empty() && !range.empty() && range != median) range = fmt::format(" ({})", range);
  if (range == median) range.clear();
  return median + range + " " + name(string_field(*json, "unit"));
}

// ---- The table of cells ------------------------------------------------------------------------

struct Column {
  std::string_view key, head;
  bool number = false;
};

constexpr Column columns[] = {
    {"result", "Result"},       {"workload", "Workload"},   {"params", "Parameters"},
    {"cores", "Cores", true},   {"model", "Model"},         {"time", "Time per op", true},
    {"low", "Range", true},     {"best", "× best", true},   {"rate", "Ops/s", true},
    {"busy", "CPU/wall", true}, {"memory", "Memory", true}, {"note", "Remarks"},
    {"command", "Command"},
};

std::string params_text(const Cell& cell) {
  std::vector<std::string> words;
  for (const auto& [key, value] : cell.params) words.push_back(key + "=" + text_of(value));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string placement_text(const Cell& cell) {
  std::string text = fmt::format("{}", cell.cores);
  if (cell.layout != "compact" && !cell.layout.empty()) text += " " + in_xml(cell.layout);
  return cell.oversubscribed ? text + " oversubscribed" : text;
}

std::string remarks(const Cell& cell) {
  std::string text = fmt::format("{}", fmt::join(cell.warnings, "; "));
  if (cell.status != Status::ok) text = fmt::format("{}: {}", name_of(cell.status), cell.reason);
  return text.empty() ? "" : fmt::format("<div>{}</div>", name(text));
}

std::vector<std::string> numbers(const Cell& cell, const Group& group) {
  std::vector<std::string> texts(6);
  if (cell.status != Status::ok || !cell.summary) return texts;
  const Estimate& time = cell.summary->ns_per_op;
  texts[0] = duration_text(time.median);
  texts[1] = range_text(time.low, time.high, time.median);
  if (const auto times = times_best(group, cell)) texts[2] = ratio_text(*times);
  texts[3] = rate_text(cell.summary->ops_per_s.median);
  if (cell.summary->cpu_per_wall) texts[4] = ratio_text(*cell.summary->cpu_per_wall);
  if (cell.memory.peak_rss_bytes) texts[5] = bytes_text(*cell.memory.peak_rss_bytes);
  for (std::string& text : texts) {
    if (text.empty()) text = unknown;
  }
  return texts;
}

std::string row(const Cell& cell, const Group& group, const std::string& at,
                const std::string& result, bool first) {
  std::string row = fmt::format("<tr data-at=\"{}\"{}>", at, first ? " class=\"first\"" : "");
  const auto add = [&](std::string_view kind, const std::string& content) {
    row += fmt::format("<td{}>{}</td>", kind, content);
  };
  if (!result.empty()) add("", result);
  add("", name(cell.workload));
  add("", name(params_text(cell)));
  add(" class=\"number\"", placement_text(cell));
  add("", name(cell.model));
  for (const std::string& number : numbers(cell, group)) add(" class=\"number\"", number);
  add(" class=\"note\"", remarks(cell));
  add("", fmt::format("<code>{}</code>", name(cell.command)));
  return row + "</tr>\n";
}

std::string rows(const NamedResult& named, std::size_t number, bool several) {
  std::string text;
  for (const Group& group : groups_of(named.result)) {
    std::vector<const Cell*> all = group.ranked;
    all.insert(all.end(), group.unranked.begin(), group.unranked.end());
    for (const Cell* cell : all) {
      const std::string at = fmt::format("{}.{}", number, cell - named.result.cells.data());
      text += row(*cell, group, at, several ? fmt::format("{}", number + 1) : "", cell == all[0]);
    }
  }
  return text;
}

}  // namespace

std::string head(const std::vector<NamedResult>& results) {
  std::string text = "<p class=\"eyebrow\">concbench report</p>\n<h1>What concurrency costs on ";
  std::set<std::string> hosts;
  for (const NamedResult& named : results) hosts.insert(named.result.environment.host);
  text += hosts.size() == 1 ? name(*hosts.begin()) : plural(hosts.size(), "machine");
  text += "</h1>\n";
  for (const NamedResult& named : results) {
    const Result& result = named.result;
    std::map<std::string_view, std::size_t> by_status;
    for (const Cell& cell : result.cells) ++by_status[name_of(cell.status)];
    const std::size_t measured = by_status["ok"];
    text += fmt::format("<p class=\"facts\">{} · {} · {} · {} measured", name(named.file),
                        name(result.environment.cpu_model), name(result.date),
                        plural(measured, "cell"));
    for (const auto& [status, count] : by_status) {
      if (status != "ok") text += fmt::format(", {} {}", count, status);
    }
    text += result.complete ? "</p>\n" : ". <strong>The run was not finished.</strong></p>\n";
  }
  return text;
}

std::string claims(const Json& claims) {
  std::string text =
      "<section id=\"claims\"><h2>What the textbook says</h2>\n<p class=\"lead\">Common statements "
      "about concurrency, and what was measured of them here.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Claims\" tabindex=\"0\"><table>"
      "<thead><tr><th scope=\"col\">Claim</th><th scope=\"col\" class=\"number\">Claimed</th>"
      "<th scope=\"col\" class=\"number\">Measured</th><th scope=\"col\">Verdict</th>"
      "<th scope=\"col\">How</th></tr></thead><tbody>\n";
  for (const Json& claim : as_array(field(claims, "claims"), "claims")) {
    text += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td><strong>{}</strong></td><td>{}</td></tr>\n",
        name(string_field(claim, "claim")), amount(optional_field(claim, "claimed")),
        amount(optional_field(claim, "measured")), name(string_field(claim, "verdict")),
        name(string_field(claim, "how")));
  }
  return text + "</tbody></table></div></section>\n";
}

std::string machine(const MachineInfo& machine) {
  std::string text =
      fmt::format("<div class=\"machine\" role=\"img\" aria-label=\"{}, {}, {}, {} usable\">\n",
                  plural(static_cast<std::size_t>(machine.packages), "package"),
                  plural(static_cast<std::size_t>(machine.cores), "core"),
                  plural(static_cast<std::size_t>(machine.pus), "CPU"), machine.allowed.size());
  text += boxes(machine.packages, "package");
  if (machine.numa > 1) text += boxes(machine.numa, "NUMA node");
  std::vector<CacheInfo> caches = machine.caches;
  std::ranges::stable_sort(caches, std::ranges::greater{}, &CacheInfo::level);
  for (const CacheInfo& cache : caches) {
    text += boxes(cache.count, fmt::format("L{} {}", cache.level, bytes_text(cache.size_bytes)));
  }
  return text + boxes(machine.cores, "core") + cpus(machine) + "</div>\n";
}

std::string environment(const std::vector<NamedResult>& results) {
  std::string text =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Environment\" tabindex=\"0\">"
      "<table class=\"environment\"><tbody>\n";
  if (results.size() > 1) {
    text += "<tr><th scope=\"row\">Result</th>";
    for (std::size_t i = 0; i < results.size(); ++i) {
      text += fmt::format("<td>{}: {}</td>", i + 1, name(results[i].file));
    }
    text += "</tr>\n";
  }
  for (const Fact& fact : facts) {
    std::vector<std::string> values;
    for (const NamedResult& named : results) values.push_back(fact_cell(fact, named.result));
    const bool differs = std::ranges::count(values, values[0]) != std::ssize(values);
    text += fmt::format("<tr{}><th scope=\"row\">{}</th>", differs ? " class=\"differs\"" : "",
                        fact.label);
    for (const std::string& value : values) text += fmt::format("<td>{}</td>", value);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string cells(const std::vector<NamedResult>& results) {
  const bool several = results.size() > 1;
  std::string text =
      "<div class=\"scroll\" role=\"region\" aria-label=\"All results\" tabindex=\"0\">"
      "<table id=\"cells\"><caption>Medians over worker processes and the range of these; × best "
      "compares within the same work on the same cores.</caption><thead><tr>";
  for (const Column& column : columns) {
    if (column.key == "result" && !several) continue;
    text += fmt::format("<th scope=\"col\" data-column=\"{}\"{}>{}</th>", column.key,
                        column.number ? " class=\"number\"" : "", column.head);
  }
  text += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < results.size(); ++i) text += rows(results[i], i, several);
  return text + "</tbody></table></div>\n";
}

}  // namespace concbench::html
