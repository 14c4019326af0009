// Child processes that are made together and reaped together.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace concbench::os {

// What went wrong in a verb, in shared memory: any process of a tree may be the one to find it.
class Trouble {
 public:
  bool happened() const { return fork_error_ != 0 || bad_status_ != 0; }
  void fork_failed(int error) { fork_error_ = error; }
  void died(int status) { bad_status_ = status; }
  // Exhausted if a process could not be made, std::runtime_error if one died; nothing otherwise.
  void raise() const;

 private:
  std::atomic<int> fork_error_{0};  // errno
  std::atomic<int> bad_status_{0};  // as of waitpid(2)
};

class Children {
 public:
  // Whether children do without each other, or wait for each other, so that one's death would leave
  // the rest waiting for ever. Those that wait for each other make up a process group.
  enum class Bond { none, mutual };

  Children(std::size_t most, Bond bond, Trouble& trouble);
  // Kills and reaps whoever was not reaped because an exception came between.
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  // Makes a child that runs `body` and ends; false if the machine refuses, which is then noted.
  bool start(const std::function<void()>& body);

  // Waits for exactly these children, and notes whoever did not end as it should. When mutual
  // children lose one of them, the rest is killed.
  void reap();

  // Mutual children only: whether one of them has ended, without waiting for it.
  bool any_ended() const;

 private:
  void reap_in_order();
  void reap_mutual();

  const pid_t parent_;
  const Bond bond_;
  Trouble& trouble_;
  std::vector<pid_t> pids_;
};

// Throws std::logic_error if this process has more than one thread. Of a process with threads, fork
// copies only the caller: a lock that another thread held stays locked in the child for ever.
void require_single_thread();

}  // namespace concbench::os
