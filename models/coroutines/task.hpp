// Tasks that nobody takes a result from.
#pragma once

#include <coroutine>
#include <exception>

#include "models/runtime/coroutine.hpp"

namespace concbench::coroutines {

using namespace runtime;

// What is to happen when a task has ended.
class Ending {
 public:
  virtual void failed(std::exception_ptr exception) = 0;
  // The task's frame is gone. Returns whom that makes runnable, if anybody.
  virtual Runnable ended(Worker& worker) = 0;

 protected:
  ~Ending() = default;
};

// A coroutine whose first parameter is its ending. It begins when a worker runs it.
class Task {
 public:
  class promise_type : public FrameFromWorker {
   public:
    template <class... Arguments>
    explicit promise_type(Ending& ending, Arguments&...) : ending_(ending) {}
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { ending_.failed(std::current_exception()); }
    auto final_suspend() noexcept { return End{}; }

   private:
    friend class Task;
    Ending& ending_;
  };
  using Handle = std::coroutine_handle<promise_type>;

  Handle handle() const { return handle_; }

 private:
  explicit Task(Handle handle) : handle_(handle) {}

  struct End {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle task) noexcept {
      Ending& ending = task.promise().ending_;
      task.destroy();
      Worker& worker = here();
      if (const Runnable waiting = ending.ended(worker)) return transfer_to(worker, waiting);
      return go_on(worker);
    }
    void await_resume() const noexcept {}
  };

  const Handle handle_;
};

// Lets a coroutine know its own handle.
class Self {
 public:
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> self) {
    self_ = self;
    return false;
  }
  std::coroutine_handle<> await_resume() const { return self_; }

 private:
  std::coroutine_handle<> self_;
};

}  // namespace concbench::coroutines
