// Where the threads of a library sit: worker i on the i-th CPU of the setup, and nowhere else.
//
// A library starts its threads itself and may let one take another's place, so it is the seat that
// has a CPU: whoever sits down is bound to it, and seen there.
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include "models/machine/affinity.hpp"
#include "models/machine/sightings.hpp"
#include "models/model.hpp"

namespace concbench::peers {

// The CPUs, if they may be used here. A library's threads cannot say so: one that the kernel does
// not let there would run elsewhere.
inline const std::vector<int>& usable(const std::vector<int>& cpus) try {
  const std::vector<int> allowed = os::allowed_cpus();
  for (const int cpu : cpus) {
    if (std::ranges::binary_search(allowed, cpu)) continue;
    throw Exhausted("CPU " + std::to_string(cpu) + " may not be used here");
  }
  return cpus;
} catch (const std::system_error&) {  // that may not be asked: what is refused shows in the report
  return cpus;
}

class Seats {
 public:
  explicit Seats(const std::vector<int>& cpus) : cpus_(cpus), seats_(cpus.size()) {}

  std::size_t size() const { return cpus_.size(); }

  // By the thread that works as number `index`, where the library lets it be seen: binds it to the
  // seat's CPU, unless it is, and notes where it runs. A binding that the kernel refuses shows in
  // the report; thrown out of a library's thread it would end the program.
  void sit(std::size_t index) noexcept {
    Seat& seat = seats_[index];
    seat.bound_to = bind(cpus_[index]);
    const int here = sched_getcpu();
    seat.sightings.see(here);
    const int before = seat.last.exchange(here);
    if (before != nowhere && before != here) seat.sightings.migrated();
  }

  bool all_taken() const {
    for (const Seat& seat : seats_) {
      if (seat.last == nowhere) return false;
    }
    return true;
  }

  std::vector<WorkerReport> reports() const {
    std::vector<WorkerReport> reports;
    for (const Seat& seat : seats_) {
      reports.push_back(seat.sightings.report());
      reports.back().cpu = seat.bound_to;
    }
    return reports;
  }

 private:
  static constexpr int nowhere = -1;

  struct Seat {
    os::Sightings sightings;
    std::atomic<int> bound_to{nowhere};  // as read back
    std::atomic<int> last{nowhere};
  };

  // The CPU that the calling thread is bound to as read back, or `nowhere`.
  static int bind(int cpu) noexcept try {
    if (os::allowed_cpus() != std::vector{cpu}) os::restrict_to({&cpu, 1});
    return cpu;
  } catch (const std::system_error&) {
    return nowhere;
  }

  const std::vector<int> cpus_;
  std::vector<Seat> seats_;
};

// For a library that moves its tasks between workers as it likes: a ring whose tasks must live in
// certain places cannot be had.
inline void take_any_place(Place place, std::size_t workers) {
  if (place == Place::any || (place == Place::same && workers == 1)) return;
  throw Exhausted("the library decides on which worker a task runs, and moves it at will");
}

}  // namespace concbench::peers
