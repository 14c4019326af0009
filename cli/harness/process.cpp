#include "cli/harness/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/close_range.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

#include "cli/harness/argument_pointers.hpp"
#include "cli/harness/children.hpp"
#include "cli/harness/guardian.hpp"
#include "cli/harness/signals.hpp"
#include "cli/harness/worker_environment.hpp"
#include "models/machine/system_file.hpp"
#include "reports/result/descriptor.hpp"
#include "reports/text/text.hpp"

namespace concbench {
namespace {

constexpr std::size_t noise_kept = 2'000;
constexpr std::chrono::milliseconds last_words_time{500};  // what has ended may have left in pipes
constexpr int now_and_then_ms = 10;  // where the kernel does not tell of ended children

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw WorkerFailure(Status::failed,
                          fmt::format("no pipe for a process: {}", strerror(errno)));
    }
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    if (read_end >= 0) close(read_end);
    if (write_end >= 0) close(write_end);
  }
  int take_read() { return std::exchange(read_end, -1); }
  int take_write() { return std::exchange(write_end, -1); }
};

// In the child, between fork and exec: only async-signal-safe calls.
void become_a_worker() {
  // A group of its own, to be ended whole, and a session: where the scheduler shares CPUs by
  // session, the cell is then not one of the many tasks of the shell that started the run.
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE, SIGXFSZ}) {
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Counts the changes of CPU of a process and of all that it will ever start; -1 if not allowed.
int open_migrations(pid_t pid) {
  perf_event_attr event{};
  event.size = sizeof event;
  event.type = PERF_TYPE_SOFTWARE;
  event.config = PERF_COUNT_SW_CPU_MIGRATIONS;
  event.inherit = 1;
  return static_cast<int>(syscall(SYS_perf_event_open, &event, pid, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

Process::Process(const std::vector<std::string>& command, Clock::time_point deadline)
    : deadline_(deadline), command_(joined(command)) {
  children::descriptor();  // from here on their ends are noticed
  spawn(command);
}

Process::~Process() {
  end();
  for (const int fd : {in_, out_, err_, migrations_}) {
    if (fd >= 0) close(fd);
  }
}

void Process::spawn(const std::vector<std::string>& command) {
  Pipe in, out, err, start, failure;
  std::vector<char*> argv = argument_pointers(command);
  std::vector<char*> environment = argument_pointers(worker_environment().entries);

  pid_ = fork();
  if (pid_ < 0) {
    throw WorkerFailure(Status::failed, fmt::format("no process: {}", strerror(errno)));
  }
  if (pid_ == 0) {
    become_a_worker();
    dup2(in.read_end, STDIN_FILENO);
    dup2(out.write_end, STDOUT_FILENO);
    dup2(err.write_end, STDERR_FILENO);
    close(start.take_write());  // or it would wait for itself
    // What we inherited or opened is no business of a worker's.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    char go;
    if (read(start.read_end, &go, 1) == 1) execvpe(argv[0], argv.data(), environment.data());
    const int why = errno;
    [[maybe_unused]] const auto written = write(failure.write_end, &why, sizeof why);
    _exit(127);
  }
  children::watch(pid_);
  guardian::guard(pid_);
  migrations_ = open_migrations(pid_);        // before it can start anything
  Descriptor(start.take_write()).write("!");  // if not, the end of the pipe says so
  close(failure.take_write());
  int why = 0;
  ssize_t told;
  while ((told = read(failure.read_end, &why, sizeof why)) < 0 && errno == EINTR) {
  }
  if (told == sizeof why) {
    end();
    throw CannotStart(fmt::format("cannot start '{}': {}", command_, strerror(why)));
  }
  in_ = in.take_write();
  out_ = out.take_read();
  err_ = err.take_read();
}

void Process::send(const Json& message) { send_line(to_line(message)); }

void Process::send_line(std::string_view text) {
  const std::string line = fmt::format("{}\n", text);
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t n = write(in_, line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_ended();
    done += static_cast<std::size_t>(n);
  }
}

Json Process::receive() {
  std::size_t end;
  while ((end = lines_.find('\n')) == std::string::npos) {
    if (out_ < 0) fail_ended();
    if (lines_.size() > most_output) {
      throw WorkerFailure(Status::failed, "the process wrote over 1 MiB without an end of line");
    }
    require_time();
    await_something(deadline_);
  }
  const std::string line = lines_.substr(0, end);
  lines_.erase(0, end + 1);
  try {
    Json message = parse_json(line);
    string_field(message, "type");
    return message;
  } catch (const BadJson& error) {
    throw NoMessage(
        fmt::format("the process wrote something that is not a message of the protocol: {}: {}",
                    error.what(), to_line(line.substr(0, 80))));
  }
}

std::string Process::finish() {
  close_input();
  const children::End end = await_end();
  if (end.by_signal || end.status != 0) fail_ended();
  pollfd left{out_, POLLIN, 0};
  while (out_ >= 0 && lines_.size() < most_output && poll(&left, 1, 0) > 0) read_output();
  cut_output();
  return std::move(lines_);
}

void Process::close_input() {
  if (in_ >= 0) close(std::exchange(in_, -1));
}

children::End Process::await_end() {
  while (!has_ended()) {  // others may hold its output open
    require_time();
    await_something(deadline_);
    cut_output();
  }
  return *end_;
}

std::string Process::unread() {
  const auto until = Clock::now() + last_words_time;
  while (out_ >= 0 && Clock::now() < until) {
    await_something(until);
    cut_output();
  }
  return std::exchange(lines_, {});
}

void Process::cut_output() { lines_.resize(std::min(lines_.size(), most_output)); }

bool Process::has_ended() {
  if (!end_) end_ = children::ended(pid_);
  return end_.has_value();
}

void Process::require_time() const {
  if (Clock::now() < deadline_) return;
  throw WorkerFailure(Status::timeout, "the process did not answer in time" + last_words());
}

// Until something was written, a child has ended, a signal has come, or the time is over.
void Process::await_something(Clock::time_point until) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  const auto most = children::descriptor() >= 0 ? 1'000'000 : now_and_then_ms;
  pollfd waits[] = {{out_, POLLIN, 0},
                    {err_, POLLIN, 0},
                    {signal_fd(), POLLIN, 0},
                    {children::descriptor(), POLLIN, 0}};
  const auto wait_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, most));
  if (poll(waits, std::size(waits), wait_ms) < 0) return;  // EINTR
  if (waits[2].revents && caught_signal()) throw Interrupted();
  if (waits[1].revents) read_noise();
  if (waits[0].revents) read_output();
  if (waits[3].revents) has_ended();
}

void Process::read_output() {
  char buffer[1 << 16];
  const ssize_t n = read(out_, buffer, sizeof buffer);
  if (n > 0) lines_.append(buffer, static_cast<std::size_t>(n));
  if (n <= 0) close(std::exchange(out_, -1));
}

void Process::read_noise() {
  char buffer[1 << 16];
  const ssize_t n = read(err_, buffer, sizeof buffer);
  if (n > 0) noise_.append(buffer, static_cast<std::size_t>(n));
  if (n <= 0) close(std::exchange(err_, -1));
  if (noise_.size() > noise_kept) noise_.erase(0, noise_.size() - noise_kept);
}

// It is gone, or has closed its output, in the middle of a conversation.
void Process::fail_ended() {
  // What closes a dying process's pipes is the kernel, which then takes a moment to tell of its
  // end; one that only closed its output is ended here, which is no crash of its own. What it wrote
  // last may still be in the pipe.
  const auto until = Clock::now() + last_words_time;
  while ((err_ >= 0 || !has_ended()) && Clock::now() < until) await_something(until);
  const bool by_itself = has_ended();
  end();
  if (!by_itself) {
    throw WorkerFailure(Status::failed, "the process closed its output" + last_words());
  }
  if (end_->by_signal) {
    throw WorkerFailure(Status::crashed,
                        fmt::format("the process was ended by signal {} ({}){}", end_->status,
                                    strsignal(end_->status), last_words()));
  }
  throw WorkerFailure(
      end_->status == 0 ? Status::failed : Status::crashed,
      fmt::format("the process ended with exit code {}{}", end_->status, last_words()));
}

// The last line it wrote to stderr, which often says why.
std::string Process::last_words() const {
  std::string_view text = noise_;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto line = text.substr(text.rfind('\n') + 1);
  return line.empty() ? "" : fmt::format("; it wrote: {}", printable(line, 200));
}

// It, its process group, and whoever left that.
void Process::end() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  guardian::release(pid_);
  children::reap_group(pid_);
  children::end_orphans();
  pid_ = -1;
}

std::optional<std::int64_t> Process::peak_rss_bytes() const {
  const auto kibibytes = read_entry(fmt::format("/proc/{}/status", pid_), "VmHWM");
  if (!kibibytes) return {};
  return static_cast<std::int64_t>(*kibibytes) * 1024;
}

std::optional<std::int64_t> Process::cpu_ns() const {
  const std::string line = read_line(fmt::format("/proc/{}/stat", pid_)).value_or("");
  // The name, in parentheses, may hold anything; the fields are counted from behind it.
  const std::size_t name_end = line.rfind(')');
  if (name_end == line.npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // proc(5): utime is the 14th
  std::int64_t ticks = 0;
  for (int i = 0; i < 4; ++i) {  // utime, stime, cutime, cstime
    std::int64_t some;
    if (!(fields >> some)) return {};
    ticks += some;
  }
  return ticks * (1'000'000'000 / sysconf(_SC_CLK_TCK));
}

std::optional<std::int64_t> Process::migrations() const {
  std::int64_t count;
  if (migrations_ < 0 || read(migrations_, &count, sizeof count) != sizeof count) return {};
  return count;
}

}  // namespace concbench
