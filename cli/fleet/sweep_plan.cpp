#include "cli/fleet/sweep_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/harness/toml_file.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;
using TomlNode = const toml::node&;
// What reads the value of a key; the key is named in complaints.
using KeyReader = std::function<void(const std::string& key, TomlNode)>;
using KeyReaders = std::map<std::string, KeyReader>;

// Slurm numbers the tasks of an array up to 1,000 unless its configuration says otherwise.
constexpr Range<int> count_range{1, 1'000};

class PlanFile {
 public:
  explicit PlanFile(const std::string& path) : toml_(path), folder_(fs::path(path).parent_path()) {}

  SweepPlan read() {
    keys_of(toml_.table(), {
                               {"repetitions", number_into(plan_.repetitions, count_range)},
                               {"at_once", number_into(plan_.at_once, count_range)},
                               {"most_queued", number_into(plan_.most_queued, {1, 100'000})},
                               {"nodes", tables_into(plan_.nodes, &PlanFile::nodes)},
                               {"builds", tables_into(plan_.builds, &PlanFile::build)},
                               {"selections", tables_into(plan_.selections, &PlanFile::selection)},
                           });
    if (plan_.nodes.empty()) plan_.nodes.push_back({.name = "node"});
    if (plan_.builds.empty()) plan_.builds.push_back({.name = "this", .program = ""});
    if (plan_.selections.empty()) {
      throw UsageError(fmt::format("{}: selects nothing; it needs [[selections]]", toml_.path()));
    }
    return plan_;
  }

 private:
  void keys_of(const toml::table& table, const KeyReaders& readers) const {
    std::vector<std::string> known;
    for (const auto& [key, reader] : readers) known.push_back(key);
    for (const auto& [key, node] : table) {
      const auto reader = readers.find(std::string(key.str()));
      if (reader == readers.end()) toml_.refuse(key, known);
      reader->second(reader->first, node);
    }
  }

  KeyReader number_into(int& into, Range<int> range) const {
    return [this, &into, range](const std::string& key, TomlNode node) {
      into = toml_.number(node, key, range);
    };
  }
  // It becomes a word of Slurm's, which a line of the batch script ends.
  KeyReader word_into(std::string& into) const {
    return [this, &into](const std::string& key, TomlNode node) {
      into = toml_.word(node, key);
      const auto is_blank = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
      if (std::ranges::any_of(into, is_blank)) {
        toml_.fail(node.source(), key, "must be a word without blanks");
      }
    };
  }
  // It becomes a part of the names of files.
  KeyReader name_into(std::string& into) const {
    return [this, &into](const std::string& key, TomlNode node) {
      into = toml_.word(node, key);
      constexpr auto plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
      if (into.find_first_not_of(plain) != into.npos) {
        toml_.fail(node.source(), key, "must be of letters, digits, '-' and '_'");
      }
    };
  }

  // [[KEY]] after [[KEY]], each with a name of its own.
  template <class Item>
  KeyReader tables_into(std::vector<Item>& into, Item (PlanFile::*read)(const toml::table&)) {
    return [this, &into, read](const std::string& key, TomlNode node) {
      toml_.each(node, key, [&](TomlNode item) {
        const toml::table* table = item.as_table();
        if (!table) toml_.fail(item.source(), key, fmt::format("must be tables: [[{}]]", key));
        const Item made = (this->*read)(*table);
        if (made.name.empty()) toml_.fail(item.source(), key, "needs a name");
        if (std::ranges::count(into, made.name, &Item::name) > 0) {
          toml_.fail(item.source(), key, fmt::format("'{}' is there twice", made.name));
        }
        into.push_back(made);
      });
    };
  }

  NodeKind nodes(const toml::table& table) {
    NodeKind kind;
    keys_of(table, {
                       {"name", name_into(kind.name)},
                       {"count", number_into(kind.count, count_range)},
                       {"partition", word_into(kind.partition)},
                       {"account", word_into(kind.account)},
                       {"constraint", word_into(kind.constraint)},
                       {"time", word_into(kind.time)},
                       {"cores",
                        [&](const std::string& key, TomlNode node) {
                          kind.cores = toml_.number(node, key, cores_range);
                        }},
                       {"interchangeable",
                        [&](const std::string& key, TomlNode node) {
                          kind.interchangeable = toml_.flag(node, key);
                        }},
                   });
    return kind;
  }

  SweptBuild build(const toml::table& table) {
    SweptBuild build;
    keys_of(table, {
                       {"name", name_into(build.name)},
                       {"program",
                        [&](const std::string& key, TomlNode node) {
                          build.program = beside_the_plan(toml_.word(node, key));
                        }},
                   });
    return build;
  }

  Selection selection(const toml::table& table) {
    Selection selection;
    selection.place = fmt::format("{}:{}", toml_.path(), table.source().begin.line);
    const auto argument = [&](const char* option) -> KeyReader {
      return [&, option](const std::string& key, TomlNode node) {
        std::vector<std::string> words;
        toml_.each(node, key, [&](TomlNode item) { words.push_back(text_of(item, key)); });
        selection.arguments.push_back(fmt::format("--{}={}", option, fmt::join(words, ",")));
      };
    };
    keys_of(table,
            {
                {"name", name_into(selection.name)},
                {"preset",
                 [&](const std::string& key, TomlNode node) {
                   selection.arguments.push_back("--preset=" + preset(toml_.word(node, key)));
                 }},
                {"models", argument("model")},
                {"workloads", argument("workload")},
                {"cores", argument("cores")},
                {"options",
                 [&](const std::string& key, TomlNode node) {
                   toml_.each(node, key, [&](TomlNode item) {
                     selection.arguments.push_back(toml_.word(item, key));
                   });
                 }},
            });
    return selection;
  }

  std::string text_of(TomlNode item, const std::string& key) const {
    if (item.is_integer()) return fmt::to_string(toml_.number(item, key, cores_range));
    return toml_.word(item, key);
  }

  // A file is named as seen from the plan, one that is built in by its name.
  std::string preset(const std::string& name) const {
    return name.ends_with(".toml") ? beside_the_plan(name) : name;
  }
  std::string beside_the_plan(const std::string& path) const {
    return fs::absolute(folder_ / path).lexically_normal();
  }

  TomlFile toml_;
  fs::path folder_;
  SweepPlan plan_;
};

}  // namespace

SweepPlan read_sweep_plan(const std::string& path) { return PlanFile(path).read(); }

}  // namespace concbench
