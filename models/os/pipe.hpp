// A pipe of short messages. A message is far shorter than PIPE_BUF, so it is written and read whole
// (pipe(7)).
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "models/model.hpp"
#include "models/os/shortage.hpp"

namespace concbench::os {

class Pipe {
 public:
  explicit Pipe(int flags = 0) {
    if (pipe2(ends_, flags | O_CLOEXEC) == 0) return;
    const int error = errno;
    const Limit room = read_limits().descriptors;
    throw Exhausted("no further pipe could be made (" + std::generic_category().message(error) +
                    "); " + room.name + " leaves room for " + grouped(room.value) + " descriptors");
  }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void write(const void* message, std::size_t size) {
    while (::write(ends_[1], message, size) < 0) {
      if (errno != EINTR) fail("writing to a pipe");
    }
  }

  // The size of the message read.
  std::size_t read(void* message, std::size_t most) {
    ssize_t size;
    while ((size = ::read(ends_[0], message, most)) < 0) {
      if (errno != EINTR) fail("reading from a pipe");
    }
    return static_cast<std::size_t>(size);
  }

  int descriptor() const { return ends_[1]; }

 private:
  [[noreturn]] static void fail(const char* doing) {
    throw std::system_error(errno, std::generic_category(), doing);
  }

  int ends_[2];
};

}  // namespace concbench::os
