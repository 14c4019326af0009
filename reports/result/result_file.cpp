#include "reports/result/result_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "reports/result/consistency.hpp"
#include "reports/result/json.hpp"
#include "reports/result/result_json.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path, int error = errno) {
  throw CannotWrite(fmt::format("cannot write {}: {}", path.string(), std::strerror(error)));
}

// An open file descriptor.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  // Pipes, devices and some file systems cannot synchronise, and say EINVAL.
  bool sync() { return ::fsync(descriptor_) == 0 || errno == EINVAL; }
  // Network file systems report a failed write no earlier than here.
  bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

// A new file beside the target, which vanishes unless it takes the target's name. Its own name is
// short, because the target's may be as long as a name can be.
class Replacement {
 public:
  explicit Replacement(fs::path target)
      : target_(std::move(target)), directory_(target_.parent_path()), file_(create()) {
    if (!file_.is_open()) cannot_write(target_);
  }
  Replacement(const Replacement&) = delete;
  ~Replacement() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view text) {
    struct stat old;
    const bool replaces = ::stat(target_.c_str(), &old) == 0;
    if (replaces && ::fchmod(file_.descriptor(), old.st_mode & 07777) != 0) cannot_write(target_);
    if (!file_.write(text) || !file_.sync() || !file_.close()) cannot_write(target_);
    if (::rename(path_.c_str(), target_.c_str()) != 0) cannot_write(target_);
    path_.clear();
    // Until the directory is on the disk, a crash may bring the old file back.
    File directory(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open() && !directory.sync()) cannot_write(target_);
  }

 private:
  File create() {
    for (int n = 0;; ++n) {
      fs::path path = directory_ / fmt::format(".concbench-{}-{}.tmp", ::getpid(), n);
      File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (!file.is_open() && errno == EEXIST) continue;
      if (file.is_open()) path_ = std::move(path);
      return file;
    }
  }

  fs::path target_, directory_;
  fs::path path_;  // empty: there is no file of ours
  File file_;
};

// Where the file really is: a link stays a link, and what it points to is replaced.
fs::path resolve(const std::string& path) {
  std::error_code error;
  fs::path target = fs::weakly_canonical(path, error);
  return error ? fs::absolute(path) : target;
}

enum class Target { file, other };

Target kind_of(const std::string& path) {
  if (path.empty()) cannot_write("\"\"", ENOENT);
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) cannot_write(path);
    if (path.back() == '/') cannot_write(path, EISDIR);
    return Target::file;
  }
  if (S_ISDIR(status.st_mode)) cannot_write(path, EISDIR);
  return S_ISREG(status.st_mode) ? Target::file : Target::other;
}

void write_in_place(const std::string& path, std::string_view text) {
  File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open() || !file.write(text) || !file.close()) cannot_write(path);
}

}  // namespace

void write_result(const Result& result, const std::string& path) {
  write_text(to_text(to_json(result)) + '\n', path);
}

void write_text(const std::string& text, const std::string& path) {
  if (kind_of(path) == Target::other) {
    write_in_place(path, text);
  } else {
    Replacement(resolve(path)).write(text);
  }
}

void check_writable(const std::string& path) {
  const Target kind = kind_of(path);
  if (::access(path.c_str(), W_OK) != 0 && errno != ENOENT) cannot_write(path);
  if (kind == Target::file) Replacement{resolve(path)};
}

// Reads at most one byte more than the parser takes, so that an endless file ends.
std::string read_file(const std::string& path) {
  const auto fail = [&]() -> std::string {
    throw CannotRead(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  };
  const std::size_t limit = JsonLimits().bytes;
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return fail();
  std::string text;
  char buffer[1 << 16];
  while (text.size() <= limit) {
    const ssize_t got = ::read(file.descriptor(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail();
    if (got == 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

Json read_json(const std::string& path) {
  const std::string text = read_file(path);
  try {
    return parse_json(text);
  } catch (const BadJson& bad) {
    throw BadJson(fmt::format("{}: {}", path, bad.what()));
  }
}

Result read_result(const std::string& path) {
  const std::string text = read_file(path);
  try {
    Result result = result_from_json(parse_json(text));
    refuse_inconsistent(result);
    return result;
  } catch (const BadJson& bad) {
    throw BadJson(fmt::format("{}: {}", path, bad.what()));
  }
}

}  // namespace concbench
