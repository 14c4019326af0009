// A TOML file that people write, whose mistakes are told as "FILE:LINE: KEY: what".
#pragma once

// Some malformed keys make toml++ 3.3.0 end the program by an assertion; without it, it reports
// them as it does any other mistake.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include <functional>
#include <string>
#include <vector>

#include "cli/exit_codes.hpp"
#include "cli/harness/presets.hpp"

namespace concbench {

// Every function that reads a value throws UsageError if it is not what it must be.
class TomlFile {
 public:
  // Throws CannotRead, and UsageError for what is no TOML or larger than 1 MiB.
  explicit TomlFile(const std::string& path);

  const toml::table& table() const { return table_; }
  const std::string& path() const { return path_; }

  UsageError complaint(const toml::source_region& where, const std::string& key,
                       const std::string& what) const;
  [[noreturn]] void fail(const toml::source_region& where, const std::string& key,
                         const std::string& what) const;
  // Of a key that is none of those that are known.
  [[noreturn]] void refuse(const toml::key& key, const std::vector<std::string>& known) const;

  int number(const toml::node& node, const std::string& key, const Range<int>& range) const;
  double seconds(const toml::node& node, const std::string& key, const Range<double>& range) const;
  bool flag(const toml::node& node, const std::string& key) const;
  // Not empty.
  std::string word(const toml::node& node, const std::string& key) const;
  // Of a list each item, of one value that.
  void each(const toml::node& node, const std::string& key,
            const std::function<void(const toml::node&)>& take) const;

 private:
  std::string path_;
  toml::table table_;
};

}  // namespace concbench
