// Results kept over time, in one SQLite file.
//
// Several processes may add at once: a writer takes the file's lock before it
// reads, and another waits for it. The file says which version of its tables it
// has (user_version); one of a later version is refused rather than guessed at.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "reports/result/result.hpp"

namespace concbench {

// The file is no history, of a later version, or damaged; the message names it.
struct BadHistory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Whether this program was built with SQLite; without it, opening a history
// throws BadHistory.
bool has_sqlite();

struct StoredResult {
  std::int64_t id = 0;
  std::string date, commit, version, compiler, flags, preset;
  std::string machine, cpu_model;  // its fingerprint, and what people call it
  bool complete = false;
  int cells = 0, measured = 0;
};

struct StoredCell {
  std::string name, op, status, reason;
  std::optional<Estimate> ns_per_op;
  int processes = 0;
};

// One cell on one machine over time.
struct Series {
  struct Point {
    std::int64_t result = 0;
    std::string date, commit, compiler;
    Estimate ns_per_op{};
    int processes = 0;
  };
  std::string cell, op, machine, cpu_model;
  std::vector<Point> points;  // oldest first
};

struct Added {
  std::int64_t id = 0;
  bool was_there = false;
  bool replaces_unfinished = false;  // an earlier state of the same run
};

class History {
 public:
  enum class Open { existing, create };
  // Throws CannotRead, CannotWrite or BadHistory, as do all others.
  History(const std::string &path, Open how);
  ~History();

  Added add(const Result &result);
  std::vector<StoredResult> results();
  // Those of one result, in its order; nothing if there is no such result.
  std::vector<StoredCell> cells(std::int64_t result);
  // All of them whose cell's name contains `part`, by cell and machine.
  std::vector<Series> series(const std::string &part);

  struct Database;

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace concbench
