#include "cli/help/topics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/exit_codes.hpp"
#include "cli/suggest.hpp"
#include "models/registry.hpp"
#include "pages.hpp"
#include "workloads/workload.hpp"

namespace concbench {
namespace {

// "Cold start", "cold-start" and "cold_start" are one name.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool joins = c == ' ' || c == '-';
    out += joins ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::string first_sentence(const std::string& text) {
  const std::size_t end = std::min({text.find(". "), text.find(": "), text.find(".\n")});
  return text.substr(0, end);
}

std::string summary_of(TopicKind kind, const Section& section) {
  if (kind == TopicKind::measure) return first_sentence(section.text);
  if (kind == TopicKind::workload) {
    std::string summary(workload_info(section.title).about.summary);
    std::erase(summary, '`');
    return summary;
  }
  return std::string(find_model(section.title)->summary);
}

std::vector<Topic> read_topics() {
  std::vector<Topic> all;
  const auto read = [&](TopicKind kind, std::string_view page) {
    for (Section& section : sections_of(page)) {
      std::string summary = summary_of(kind, section);
      all.push_back({kind, std::move(section), std::move(summary)});
    }
  };
  read(TopicKind::model, pages::models);
  read(TopicKind::workload, pages::workloads);
  read(TopicKind::measure, pages::measures);
  return all;
}

}  // namespace

std::string Topic::word() const {
  for (const std::string& name : section.names) {
    const bool plain = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
    if (plain) return name;
  }
  return folded(section.title);
}

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all = read_topics();
  return all;
}

const Topic& find_topic(std::string_view name) {
  const std::string wanted = folded(name.substr(0, name.find(':')));
  std::vector<std::string> known;
  for (const Topic& topic : topics()) {
    for (const std::string& each : topic.section.names) {
      if (folded(each) == wanted) return topic;
      known.push_back(each);
    }
  }
  throw UsageError(
      fmt::format("explain: there is nothing called '{}'{}; concbench explain lists "
                  "what there is",
                  name, did_you_mean(name, known)));
}

}  // namespace concbench
