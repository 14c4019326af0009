#include "cli/fleet/sweep_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>
#include <string_view>

#include "cli/exit_codes.hpp"
#include "reports/result/json.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw CannotWrite(fmt::format("cannot make {}: {}", folder.string(), error.message()));
  }
}

std::string new_name() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

bool has_no_number(const Cell& cell) {
  return cell.status != Status::ok && cell.status != Status::skipped;
}

Found::State state_of(const Result& result) {
  if (!result.complete) return Found::State::unfinished;
  const bool failed = std::ranges::any_of(result.cells, has_no_number);
  return failed ? Found::State::failed : Found::State::complete;
}

Found found_in(const fs::path& file) {
  Found found{.file = file.string(), .result = {}, .problem = {}};
  try {
    found.result = read_result(file);
    found.state = state_of(*found.result);
  } catch (const BadJson& error) {
    found.problem = error.what();
  } catch (const CannotRead& error) {
    found.problem = error.what();
  }
  return found;
}

bool is_better(const Found& a, const Found& b) {
  const auto numbers = [](const Found& found) {
    return found.result ? std::ranges::count(found.result->cells, Status::ok, &Cell::status) : -1;
  };
  return a.state != b.state ? a.state > b.state : numbers(a) > numbers(b);
}

}  // namespace

std::string Task::name() const { return fmt::format("{}-{}", kind->name, index); }

std::vector<Task> tasks_of(const SweepPlan& plan) {
  std::vector<Task> tasks;
  for (const NodeKind& kind : plan.nodes) {
    for (int index = 0; index < kind.count; ++index) tasks.push_back({&kind, index});
  }
  return tasks;
}

std::string Part::name() const {
  return fmt::format("{}.{}.{}", build->name, selection->name, repetition);
}

std::vector<Part> parts_of(const SweepPlan& plan) {
  std::vector<Part> parts;
  for (int repetition = 0; repetition < plan.repetitions; ++repetition) {
    for (const SweptBuild& build : plan.builds) {
      for (const Selection& selection : plan.selections) {
        parts.push_back({&build, &selection, repetition});
      }
    }
  }
  return parts;
}

bool SlurmJob::is_over() const {
  // squeue(1), JOB STATE CODES
  constexpr std::array<std::string_view, 11> ends = {
      "BOOT_FAIL", "CANCELLED",     "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL",
      "FORGOTTEN", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED",  "TIMEOUT"};
  return std::ranges::find(ends, state) != ends.end();
}

SweepFolder::SweepFolder(const fs::path& path) : path_(fs::absolute(path).lexically_normal()) {
  if (!fs::exists(plan())) {
    throw UsageError(fmt::format("{} is no folder of a sweep: it has no plan.toml", path.string()));
  }
}

SweepFolder SweepFolder::of_plan(const fs::path& path, const std::string& plan_file) {
  const std::string text = read_file(plan_file);
  const fs::path plan = path / "plan.toml";
  if (!fs::exists(plan)) {
    if (fs::exists(path) && !(fs::is_directory(path) && fs::is_empty(path))) {
      throw UsageError(
          fmt::format("{} is there already, and no folder of a sweep; name another "
                      "with --out",
                      path.string()));
    }
    make_folder(path / "results");
    make_folder(path / "logs");
    write_text(text_of(Submitted{.sweep = new_name(), .jobs = {}}), path / "submitted.json");
    write_text(text, plan);
  } else if (read_file(plan) != text) {
    throw UsageError(
        fmt::format("{} holds a sweep of another plan than {}; name another folder "
                    "with --out",
                    path.string(), plan_file));
  }
  return SweepFolder(path);
}

fs::path SweepFolder::log(const Task& task) const {
  return path_ / "logs" / (task.name() + ".log");
}

Listing SweepFolder::list() const {
  Listing listing;
  for (const auto& entry : fs::directory_iterator(results())) {
    const fs::path& path = entry.path();
    if (path.extension() != ".json") continue;
    const std::string name = path.stem();
    listing.emplace(name.substr(0, name.find('@')), path);  // the host that it is of, if it has one
  }
  return listing;
}

bool SweepFolder::is_finished(const SweepPlan& plan, const Task& task) const {
  const Listing listing = list();
  return std::ranges::all_of(parts_of(plan), [&](const Part& part) {
    return find(listing, task, part).state == Found::State::complete;
  });
}

void SweepFolder::reopen(const SweepPlan& plan, const Task& task) const {
  const Listing listing = list();
  for (const Part& part : parts_of(plan)) {
    Found found = find(listing, task, part);
    if (!found.problem.empty()) {
      std::error_code stays;  // and is told again by whoever resumes it
      fs::rename(found.file, found.file + ".unreadable", stays);
    } else if (found.state == Found::State::failed) {
      std::erase_if(found.result->cells, has_no_number);
      found.result->complete = false;
      write_text(text_of(*found.result), found.file);
    }
  }
}

std::string SweepFolder::last_words(const Task& task) const {
  std::ifstream lines(log(task));
  std::string words;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("concbench: "))
      words = line.substr(std::string_view("concbench: ").size());
  }
  return words;
}

Submitted SweepFolder::submitted() const {
  const std::string file = submitted_file();
  const Json json = read_json(file);
  Submitted submitted{.sweep = string_field(json, "sweep"), .jobs = {}};
  for (const auto& [task, job] : as_object(field(json, "tasks"), "tasks").items()) {
    submitted.jobs[task] = {string_field(job, "job"), string_field(job, "state"),
                            string_field(job, "reason"), string_field(job, "nodes")};
  }
  return submitted;
}

Found find(const Listing& listing, const Task& task, const Part& part) {
  const auto [begin, end] = listing.equal_range(fmt::format("{}.{}", task.name(), part.name()));
  Found best;
  for (auto each = begin; each != end; ++each) {
    Found found = found_in(each->second);
    if (best.file.empty() || is_better(found, best)) best = std::move(found);
  }
  return best;
}

std::string text_of(const Submitted& submitted) {
  Json tasks = Json::object();
  for (const auto& [task, job] : submitted.jobs) {
    tasks[task] = {
        {"job", job.id}, {"state", job.state}, {"reason", job.reason}, {"nodes", job.nodes}};
  }
  return to_text({{"sweep", submitted.sweep}, {"tasks", std::move(tasks)}});
}

}  // namespace concbench
