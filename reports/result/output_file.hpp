// Where a result, a report or an export goes: either the whole new text is under its name, or what
// was there before.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "reports/result/descriptor.hpp"

namespace concbench {

// The message has the path and what the system says.
struct CannotWrite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A regular file is replaced: written beside its target, synchronised and renamed, so that neither
// a full disk nor a crash costs the old one. Links are followed; the new file has the permissions
// and, where that is allowed, the owner of the old. (A second hard link keeps the old contents.)
// While the object lives, no other process can write there: the lock is a file beside it, which a
// crash releases. What is no regular file (/dev/full, a pipe) is opened at once and written as it
// is.
//
// The process should ignore SIGXFSZ and SIGPIPE, or they end it before this can throw.
class OutputFile {
 public:
  // Throws CannotWrite if a `write` would fail for the directory, for permissions, because another
  // process writes there, or because nobody reads from a pipe: before a run of hours, not after.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Whether it can be written again and again; anything else takes one text, at the end.
  bool is_replaced() const { return !special_.is_open(); }
  void write(std::string_view text);

 private:
  void lock();
  Descriptor make_temporary() const;
  void replace(std::string_view text) const;
  void write_special(std::string_view text) const;

  std::string path_;  // as it was given, for messages
  std::filesystem::path target_, lock_path_, temporary_;
  Descriptor lock_, special_;
};

// The same for a single text.
void write_text(std::string_view text, const std::string& path);

// Whether both are there and the same file, by whatever names.
bool is_same_file(const std::string& a, const std::string& b);

}  // namespace concbench
