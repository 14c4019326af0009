// What is written is whole or not at all, wherever a path leads, and by one process at a time.
#include "reports/result/output_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>

#include "tests/in_folder.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Output : public InFolder {
 protected:
  static std::string refusal(const fs::path& path) {
    try {
      OutputFile file(path);
      return "none";
    } catch (const CannotWrite& error) {
      return error.what();
    }
  }
};

TEST_F(Output, LeavesNothingBesideIt) {
  write_text("new", at("r.json"));
  EXPECT_EQ(contents(at("r.json")), "new");
  EXPECT_EQ(names(), std::set<std::string>{"r.json"});
}

TEST_F(Output, IsAsReadableAsTheMaskAllows) {
  const mode_t mask = ::umask(027);
  write_text("new", at("r.json"));
  ::umask(mask);
  EXPECT_EQ(fs::status(at("r.json")).permissions(), fs::perms(0640));
}

TEST_F(Output, KeepsTheModeAndTheOwnerOfTheOldFile) {
  std::ofstream(at("r.json")) << "old";
  fs::permissions(at("r.json"), fs::perms(0604));
  const bool may_give_away = ::chown(at("r.json").c_str(), 1234, 4321) == 0;
  write_text("new", at("r.json"));
  EXPECT_EQ(contents(at("r.json")), "new");
  EXPECT_EQ(fs::status(at("r.json")).permissions(), fs::perms(0604));
  struct stat status;
  ASSERT_EQ(::stat(at("r.json").c_str(), &status), 0);
  if (may_give_away) {
    EXPECT_EQ(status.st_uid, 1234u);
    EXPECT_EQ(status.st_gid, 4321u);
  }
}

TEST_F(Output, IsWrittenThroughLinks) {
  std::ofstream(at("real")) << "old";
  fs::create_symlink("real", at("link"));
  fs::create_symlink("link", at("second"));
  write_text("new", at("second"));
  EXPECT_TRUE(fs::is_symlink(at("second")));
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(contents(at("real")), "new");
}

TEST_F(Output, IsMadeWhereALinkLeadsToNothingYet) {
  fs::create_directory(at("folder"));
  fs::create_symlink("folder/real", at("link"));
  write_text("new", at("link"));
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(contents(at("folder/real")), "new");
}

TEST_F(Output, IsRefusedWhereALinkLeadsToItself) {
  fs::create_symlink("link", at("link"));
  EXPECT_NE(refusal(at("link")).find("Too many levels of symbolic links"), std::string::npos);
}

TEST_F(Output, LeavesAnotherHardLinkWithWhatWasThere) {
  std::ofstream(at("r.json")) << "old";
  fs::create_hard_link(at("r.json"), at("other"));
  write_text("new", at("r.json"));
  EXPECT_EQ(contents(at("r.json")), "new");
  EXPECT_EQ(contents(at("other")), "old");
}

TEST_F(Output, MayHaveTheLongestName) {
  write_text("new", at(std::string(255, 'r')));
  EXPECT_EQ(names(), std::set<std::string>{std::string(255, 'r')});
}

// A limit on the size of files stands in for a full disk.
TEST_F(Output, IsTheOldFileWhereTheNewOneDoesNotFit) {
  std::ofstream(at("r.json")) << "old";
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  rlimit small = limit;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    write_text(std::string(2000, 'x'), at("r.json"));
  } catch (const CannotWrite& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, "cannot write " + at("r.json").string() + ": File too large");
  EXPECT_EQ(contents(at("r.json")), "old");
  EXPECT_EQ(names(), std::set<std::string>{"r.json"});
}

TEST_F(Output, IsRefusedBeforehandWhereItCouldNotBeWritten) {
  EXPECT_EQ(refusal(at("r.json")), "none");
  EXPECT_TRUE(names().empty());
  for (const fs::path& path :
       {at("no/r.json"), at(""), fs::path(), at("r.json/"), at(std::string(256, 'r'))}) {
    EXPECT_NE(refusal(path), "none") << path;
  }
}

TEST_F(Output, ReportsADeviceThatIsFullAndReplacesNoDevice) {
  if (!fs::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THROW(write_text("new", "/dev/full"), CannotWrite);
  EXPECT_NO_THROW(write_text("new", "/dev/null"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Output, IsOneProcessAtATime) {
  OutputFile first(at("r.json"));
  first.write("first");
  fs::create_symlink("r.json", at("link"));
  const std::string why = ": process " + std::to_string(::getpid()) + " is writing there";
  EXPECT_EQ(refusal(at("r.json")), "cannot write " + at("r.json").string() + why);
  EXPECT_EQ(refusal(at("link")), "cannot write " + at("link").string() + why);
  EXPECT_EQ(refusal(at("other")), "none");
  EXPECT_EQ(contents(at("r.json")), "first");
}

TEST_F(Output, IsFreeAgainOnceItsWriterWasKilled) {
  const pid_t writer = ::fork();
  if (writer == 0) {
    OutputFile file(at("r.json"));
    file.write("of the first");
    std::ofstream(at("ready")) << "yes";
    ::pause();
  }
  while (!fs::exists(at("ready"))) std::this_thread::yield();
  EXPECT_NE(refusal(at("r.json")).find("process " + std::to_string(writer)), std::string::npos);
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  write_text("of the second", at("r.json"));
  EXPECT_EQ(contents(at("r.json")), "of the second");
  EXPECT_EQ(names(), (std::set<std::string>{"r.json", "ready"}));
}

TEST_F(Output, SweepsWhatACrashLeftBesideIt) {
  const pid_t writer = ::fork();
  if (writer == 0) {
    const rlimit small{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &small);
    std::signal(SIGXFSZ, SIG_DFL);  // ends it while it writes
    ::prctl(PR_SET_DUMPABLE, 0);
    write_text(std::string(1000, 'x'), at("r.json"));
    ::_exit(0);
  }
  int status;
  ::waitpid(writer, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(names().size(), 2u);  // the lock and what was written so far
  write_text("new", at("r.json"));
  EXPECT_EQ(names(), std::set<std::string>{"r.json"});
}

TEST_F(Output, IsRefusedAtOnceWhereNobodyReadsFromAPipe) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal(at("pipe")), "cannot write " + at("pipe").string() + ": nobody reads from it");
}

TEST_F(Output, GoesIntoAPipeWhole) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int reader = ::open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  const std::string text(1 << 20, 'x');  // more than a pipe holds
  std::string got;
  OutputFile file(at("pipe"));
  EXPECT_FALSE(file.is_replaced());
  std::thread reading([&] {
    char buffer[1 << 16];
    while (got.size() < text.size()) {
      const ssize_t n = ::read(reader, buffer, sizeof buffer);
      if (n > 0) got.append(buffer, static_cast<std::size_t>(n));
    }
  });
  file.write(text);
  reading.join();
  ::close(reader);
  EXPECT_EQ(got, text);
}

TEST_F(Output, IsTheSameFileByAnyName) {
  std::ofstream(at("r.json")) << "old";
  fs::create_symlink("r.json", at("link"));
  EXPECT_TRUE(is_same_file(at("r.json"), at("link")));
  EXPECT_FALSE(is_same_file(at("r.json"), at("nowhere")));
}

}  // namespace
}  // namespace concbench
