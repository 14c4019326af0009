#include "reports/history/history.hpp"

#ifndef CONCBENCH_HAS_SQLITE

namespace concbench {

struct History::Database {};
bool has_sqlite() { return false; }
History::History(const std::string &, Open) { throw BadHistory("built without SQLite"); }
History::~History() = default;
Added History::add(const Result &) { return {}; }
std::vector<StoredResult> History::results() { return {}; }
std::vector<StoredCell> History::cells(std::int64_t) { return {}; }
std::vector<Series> History::series(const std::string &) { return {}; }

}  // namespace concbench

#else

#include <fmt/format.h>
#include <sqlite3.h>

#include <concepts>
#include <filesystem>

#include "reports/result/hash.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"
#include "reports/result/result_json.hpp"
#include "reports/statistics/comparability.hpp"
#include "reports/statistics/statistics.hpp"

namespace concbench {
namespace {

constexpr int version = 1;
constexpr int application_id = 0x636e6362;  // "cncb", which file(1) shows
constexpr int patience_ms = 20'000;         // for another writer

constexpr const char *tables = R"(
CREATE TABLE machines (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  cpu_model TEXT NOT NULL
);
CREATE TABLE machine_traits (
  machine INTEGER NOT NULL REFERENCES machines (id),
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (machine, field)
) WITHOUT ROWID;
CREATE TABLE results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest TEXT NOT NULL UNIQUE,
  machine INTEGER NOT NULL REFERENCES machines (id),
  host TEXT NOT NULL,
  date TEXT NOT NULL,
  seed TEXT NOT NULL,
  complete INTEGER NOT NULL,
  version TEXT NOT NULL,
  "commit" TEXT NOT NULL,
  compiler TEXT NOT NULL,
  flags TEXT NOT NULL,
  preset TEXT NOT NULL
);
CREATE INDEX results_by_run ON results (host, date, seed);
CREATE TABLE cells (
  id INTEGER PRIMARY KEY,
  result INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  workload TEXT NOT NULL,
  cores INTEGER NOT NULL,
  layout TEXT NOT NULL,
  op TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  ns_per_op REAL,
  ns_per_op_low REAL,
  ns_per_op_high REAL,
  processes INTEGER NOT NULL,
  cpu_per_wall REAL,
  peak_rss_bytes INTEGER,
  UNIQUE (result, name)
);
CREATE INDEX cells_by_name ON cells (name);
CREATE TABLE process_medians (
  cell INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  process INTEGER NOT NULL,
  ns_per_op REAL NOT NULL,
  PRIMARY KEY (cell, process)
) WITHOUT ROWID;
)";

[[noreturn]] void fail(sqlite3 *handle, int code, const std::string &path) {
  const std::string why = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_NOTADB: throw BadHistory(fmt::format("{} is not a history: {}", path, why));
    case SQLITE_CORRUPT: throw BadHistory(fmt::format("{} is damaged: {}", path, why));
    case SQLITE_BUSY:
      throw CannotWrite(fmt::format("cannot write {}: another program has held it for {} s", path,
                                    patience_ms / 1000));
    case SQLITE_CANTOPEN: throw CannotRead(fmt::format("cannot open {}: {}", path, why));
    default: throw CannotWrite(fmt::format("cannot write {}: {}", path, why));
  }
}

}  // namespace

bool has_sqlite() { return true; }

struct History::Database {
  std::string path;
  sqlite3 *handle = nullptr;

  ~Database() { sqlite3_close(handle); }
  void must(int code) const {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) fail(handle, code, path);
  }
  void run(const char *sql) const { must(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr)); }
};

namespace {

// A prepared statement: bind() its parameters in order, then step() through its
// rows.
class Statement {
 public:
  Statement(const History::Database &database, const char *sql) : database_(database) {
    database.must(sqlite3_prepare_v2(database.handle, sql, -1, &statement_, nullptr));
  }
  Statement(const Statement &) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  template <class... Values>
  Statement &bind(const Values &...values) {
    int at = 0;
    (put(++at, values), ...);
    return *this;
  }
  bool step() {
    const int code = sqlite3_step(statement_);
    database_.must(code);
    return code == SQLITE_ROW;
  }

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const {
    const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(statement_, column));
    return bytes ? bytes : "";
  }

 private:
  void put(int at, const std::string &text) {
    database_.must(sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()),
                                     SQLITE_TRANSIENT));
  }
  void put(int at, std::string_view text) { put(at, std::string(text)); }
  void put(int at, double number) { database_.must(sqlite3_bind_double(statement_, at, number)); }
  void put(int at, std::integral auto number) {
    database_.must(sqlite3_bind_int64(statement_, at, static_cast<std::int64_t>(number)));
  }
  template <class T>
  void put(int at, const std::optional<T> &value) {
    if (value) return put(at, *value);
    database_.must(sqlite3_bind_null(statement_, at));
  }

  const History::Database &database_;
  sqlite3_stmt *statement_ = nullptr;
};

// Takes the lock for writing at once: two that first read and then wrote would
// deadlock.
class Transaction {
 public:
  explicit Transaction(const History::Database &database) : database_(database) {
    database.run("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction &) = delete;
  ~Transaction() {
    if (!committed_) sqlite3_exec(database_.handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void commit() {
    database_.run("COMMIT");
    committed_ = true;
  }

 private:
  const History::Database &database_;
  bool committed_ = false;
};

std::int64_t pragma(const History::Database &database, const char *sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.integer(0) : 0;
}

bool is_empty(const History::Database &database) {
  return pragma(database, "SELECT count(*) FROM sqlite_schema") == 0;
}

void refuse_other(const History::Database &database) {
  if (pragma(database, "PRAGMA application_id") != application_id) {
    throw BadHistory(
        fmt::format("{} is a database of another program, and is left alone", database.path));
  }
  if (const auto found = pragma(database, "PRAGMA user_version"); found != version) {
    throw BadHistory(fmt::format("{} is a history of version {}, but this program knows version {}",
                                 database.path, found, version));
  }
}

void create_tables(const History::Database &database) {
  Transaction transaction(database);
  if (is_empty(database)) {  // and not made by another process in the meantime
    database.run(tables);
    database.run(fmt::format("PRAGMA application_id = {}", application_id).c_str());
    database.run(fmt::format("PRAGMA user_version = {}", version).c_str());
  }
  transaction.commit();
}

std::int64_t machine_id(const History::Database &database, const Result &result) {
  const std::string print = fingerprint(result);
  Statement known(database, "SELECT id FROM machines WHERE fingerprint = ?");
  if (known.bind(print).step()) return known.integer(0);
  Statement(database, "INSERT INTO machines (fingerprint, cpu_model) VALUES (?, ?)")
      .bind(print, result.environment.cpu_model)
      .step();
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle);
  for (const Trait &trait : machine_traits(result)) {
    Statement(database, "INSERT INTO machine_traits VALUES (?, ?, ?)")
        .bind(id, trait.field, trait.value)
        .step();
  }
  return id;
}

void insert(const History::Database &database, std::int64_t result, const Cell &cell) {
  std::optional<double> median, low, high, cpu_per_wall;
  if (cell.summary) {
    median = cell.summary->ns_per_op.median;
    low = cell.summary->ns_per_op.low;
    high = cell.summary->ns_per_op.high;
    cpu_per_wall = cell.summary->cpu_per_wall;
  }
  Statement(database,
            "INSERT INTO cells (result, name, model, workload, "
            "cores, layout, op, status, reason, "
            "ns_per_op, ns_per_op_low, ns_per_op_high, processes, "
            "cpu_per_wall, peak_rss_bytes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(result, cell.name(), cell.model, cell.workload, cell.cores, cell.layout, cell.op,
            name_of(cell.status), cell.reason, median, low, high,
            cell.summary ? cell.summary->processes : 0, cpu_per_wall, cell.memory.peak_rss_bytes)
      .step();
  if (!cell.summary) return;
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle);
  for (const auto &[process, ns_per_op] : process_medians(cell.samples)) {
    Statement(database, "INSERT INTO process_medians VALUES (?, ?, ?)")
        .bind(id, process, ns_per_op)
        .step();
  }
}

std::int64_t insert(const History::Database &database, const Result &result,
                    const std::string &digest) {
  Statement(database,
            "INSERT INTO results (digest, machine, host, date, seed, "
            "complete, version, "
            "\"commit\", compiler, flags, preset) VALUES (?, ?, ?, "
            "?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(digest, machine_id(database, result), result.environment.host, result.date,
            fmt::to_string(result.seed), result.complete, result.build.version, result.build.commit,
            result.build.compiler, result.build.flags, result.request.preset)
      .step();
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle);
  for (const Cell &cell : result.cells) insert(database, id, cell);
  return id;
}

// A run that was resumed keeps its date and seed; its unfinished state would
// count twice.
bool remove_unfinished(const History::Database &database, const Result &result) {
  Statement(database,
            "DELETE FROM results WHERE host = ? AND date = ? AND "
            "seed = ? AND NOT complete")
      .bind(result.environment.host, result.date, fmt::to_string(result.seed))
      .step();
  return sqlite3_changes(database.handle) > 0;
}

Estimate estimate_at(const Statement &row, int column) {
  return {row.real(column), row.real(column + 1), row.real(column + 2)};
}

}  // namespace

History::History(const std::string &path, Open how) : database_(std::make_unique<Database>()) {
  database_->path = path;
  const auto nothing_there = [&] {
    return CannotRead(fmt::format("there is no history {}; add a result to make one", path));
  };
  if (how == Open::existing && !std::filesystem::exists(path)) throw nothing_there();
  const int flags = SQLITE_OPEN_READWRITE | (how == Open::create ? SQLITE_OPEN_CREATE : 0);
  database_->must(sqlite3_open_v2(path.c_str(), &database_->handle, flags, nullptr));
  sqlite3_busy_timeout(database_->handle, patience_ms);
  database_->run("PRAGMA foreign_keys = ON");
  // An empty file is what a first result leaves whose adding was cut off.
  if (how == Open::existing && std::filesystem::file_size(path) == 0) throw nothing_there();
  if (how == Open::create && is_empty(*database_)) create_tables(*database_);
  refuse_other(*database_);
}

History::~History() = default;

Added History::add(const Result &result) {
  const std::string digest =
      fmt::format("{:016x}", fnv1a(to_line(field(to_json(result), "concbench"))));
  Transaction transaction(*database_);
  Statement same(*database_, "SELECT id FROM results WHERE digest = ?");
  if (same.bind(digest).step()) return {.id = same.integer(0), .was_there = true};
  const bool replaces = remove_unfinished(*database_, result);
  const std::int64_t id = insert(*database_, result, digest);
  transaction.commit();
  return {.id = id, .replaces_unfinished = replaces};
}

std::vector<StoredResult> History::results() {
  Statement row(*database_,
                "SELECT r.id, r.date, r.\"commit\", r.version, r.compiler, r.flags, "
                "r.preset, "
                "m.fingerprint, m.cpu_model, r.complete, "
                "(SELECT count(*) FROM cells WHERE result = r.id), "
                "(SELECT count(*) FROM cells WHERE result = r.id AND status = 'ok') "
                "FROM results r JOIN machines m ON m.id = r.machine ORDER BY julianday(r.date), "
                "r.id");
  std::vector<StoredResult> results;
  while (row.step()) {
    results.push_back({.id = row.integer(0),
                       .date = row.text(1),
                       .commit = row.text(2),
                       .version = row.text(3),
                       .compiler = row.text(4),
                       .flags = row.text(5),
                       .preset = row.text(6),
                       .machine = row.text(7),
                       .cpu_model = row.text(8),
                       .complete = row.integer(9) != 0,
                       .cells = static_cast<int>(row.integer(10)),
                       .measured = static_cast<int>(row.integer(11))});
  }
  return results;
}

std::vector<StoredCell> History::cells(std::int64_t result) {
  Statement row(*database_,
                "SELECT name, op, status, reason, processes, ns_per_op, ns_per_op_low, "
                "ns_per_op_high FROM cells WHERE result = ? ORDER BY id");
  row.bind(result);
  std::vector<StoredCell> cells;
  while (row.step()) {
    cells.push_back({.name = row.text(0),
                     .op = row.text(1),
                     .status = row.text(2),
                     .reason = row.text(3),
                     .ns_per_op = {},
                     .processes = static_cast<int>(row.integer(4))});
    if (!row.is_null(5)) cells.back().ns_per_op = estimate_at(row, 5);
  }
  return cells;
}

std::vector<Series> History::series(const std::string &part) {
  Statement row(*database_,
                "SELECT c.name, c.op, m.fingerprint, m.cpu_model, r.id, r.date, "
                "r.\"commit\", "
                "r.compiler, c.processes, c.ns_per_op, c.ns_per_op_low, c.ns_per_op_high "
                "FROM cells c JOIN results r ON r.id = c.result JOIN machines m ON m.id "
                "= r.machine "
                "WHERE c.status = 'ok' AND instr(c.name, ?) "
                "ORDER BY c.name, m.fingerprint, julianday(r.date), r.id");
  row.bind(part);
  std::vector<Series> all;
  while (row.step()) {
    if (all.empty() || all.back().cell != row.text(0) || all.back().machine != row.text(2)) {
      all.push_back({.cell = row.text(0),
                     .op = row.text(1),
                     .machine = row.text(2),
                     .cpu_model = row.text(3),
                     .points = {}});
    }
    all.back().points.push_back({.result = row.integer(4),
                                 .date = row.text(5),
                                 .commit = row.text(6),
                                 .compiler = row.text(7),
                                 .ns_per_op = estimate_at(row, 9),
                                 .processes = static_cast<int>(row.integer(8))});
  }
  return all;
}

}  // namespace concbench

#endif
