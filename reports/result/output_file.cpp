#include "reports/result/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "reports/result/hash.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path, std::string_view why) {
  throw CannotWrite(fmt::format("cannot write {}: {}", path.empty() ? "\"\"" : path, why));
}
[[noreturn]] void cannot_write(const std::string& path) {
  cannot_write(path, std::strerror(errno));
}

// Where the file is, or would be made: through links, also such as lead to nothing yet.
fs::path behind_links(const std::string& path) {
  constexpr int most_links = 40;  // as in path_resolution(7)
  fs::path target = fs::absolute(path);
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    if (links == most_links) {
      errno = ELOOP;
      cannot_write(path);
    }
    target = target.parent_path() / fs::read_symlink(target, error);
    if (error) cannot_write(path, error.message());
  }
  return target;
}

// The inode that a path leads to now.
bool leads_to(const fs::path& path, int descriptor) {
  struct stat there, here;
  return ::stat(path.c_str(), &there) == 0 && ::fstat(descriptor, &here) == 0 &&
         there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

std::string holder_of(int lock) {
  char pid[32];
  const ssize_t size = ::pread(lock, pid, sizeof pid, 0);
  return size > 0 ? fmt::format("process {}", std::string_view(pid, static_cast<std::size_t>(size)))
                  : "another process";
}

mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path) {
  struct stat status;
  const bool exists = !path.empty() && ::stat(path.c_str(), &status) == 0;
  if (!exists && (errno != ENOENT || path.empty())) {
    if (path.empty()) errno = ENOENT;
    cannot_write(path_);
  }
  if (exists ? S_ISDIR(status.st_mode) : path.back() == '/') {
    errno = EISDIR;
    cannot_write(path_);
  }
  if (exists && !S_ISREG(status.st_mode)) {
    special_ = Descriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (special_.is_open()) return;
    cannot_write(path_, errno == ENXIO ? "nobody reads from it" : std::strerror(errno));
  }
  if (exists && ::access(path.c_str(), W_OK) != 0) cannot_write(path_);
  // By its real name, two paths to it meet in one lock.
  target_ = exists ? fs::canonical(path) : behind_links(path);
  // A name of ours is short, because the target's may be as long as a name can be.
  const std::string stem = fmt::format(".concbench-{:016x}", fnv1a(target_.filename().string()));
  lock_path_ = target_.parent_path() / (stem + ".lock");
  temporary_ = target_.parent_path() / (stem + ".tmp");
  lock();
  make_temporary();
  ::unlink(temporary_.c_str());
}

OutputFile::~OutputFile() {
  if (lock_.is_open()) ::unlink(lock_path_.c_str());
}

void OutputFile::lock() {
  for (;;) {
    Descriptor file(
        ::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!file.is_open()) cannot_write(path_);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      cannot_write(path_, fmt::format("{} is writing there", holder_of(file.number())));
    }
    // Whoever had it before may have removed it in between: then this is a lock of nothing.
    if (!leads_to(lock_path_, file.number())) continue;
    [[maybe_unused]] const bool emptied = ::ftruncate(file.number(), 0) == 0;
    file.write(std::to_string(::getpid()));
    lock_ = std::move(file);
    return;
  }
}

// Nobody else makes one while the lock is ours: what is there was left by a crash.
Descriptor OutputFile::make_temporary() const {
  ::unlink(temporary_.c_str());
  Descriptor file(
      ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) cannot_write(path_);
  return file;
}

void OutputFile::write(std::string_view text) {
  if (is_replaced()) {
    replace(text);
  } else {
    write_special(text);
  }
}

void OutputFile::replace(std::string_view text) const {
  Descriptor file = make_temporary();
  const auto fail = [&] {
    const int error = errno;
    ::unlink(temporary_.c_str());
    errno = error;
    cannot_write(path_);
  };
  struct stat old;
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  if (replaces) {
    // Not everybody may give a file away; then it is whose the writer is.
    [[maybe_unused]] const bool given = ::fchown(file.number(), old.st_uid, old.st_gid) == 0;
  }
  if (::fchmod(file.number(), replaces ? old.st_mode & 07777 : usual_mode()) != 0) fail();
  if (!file.write(text) || !file.sync() || !file.close()) fail();
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail();
  // Until the directory is on the disk, a crash may bring the old file back.
  const Descriptor directory(
      ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && !directory.sync()) cannot_write(path_);
}

// Who reads from a pipe may be slow, but must not hold us for ever.
void OutputFile::write_special(std::string_view text) const {
  constexpr int patience_ms = 10'000;
  while (!text.empty()) {
    const ssize_t written = ::write(special_.number(), text.data(), text.size());
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    if (written >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) cannot_write(path_);
    pollfd wait{special_.number(), POLLOUT, 0};
    if (::poll(&wait, 1, patience_ms) == 0) {
      cannot_write(path_, fmt::format("nobody has read from it for {} s", patience_ms / 1'000));
    }
  }
}

void write_text(std::string_view text, const std::string& path) { OutputFile(path).write(text); }

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code missing;
  return fs::equivalent(a, b, missing);
}

}  // namespace concbench
