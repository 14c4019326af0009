#include "models/runtime/meeting.hpp"

namespace concbench::runtime {

std::vector<Worker*> homes(Scheduler& scheduler, Place place, std::uint64_t participants) {
  std::vector<Worker*> homes(participants, nullptr);
  if (place == Place::same) homes.assign(participants, &scheduler.worker(0));
  if (place != Place::cross) return homes;

  const unsigned workers = scheduler.size();
  if (workers == 1) throw Exhausted("one worker cannot hold neighbours on different workers");
  for (std::uint64_t i = 0; i < participants; ++i) homes[i] = &scheduler.worker(i % workers);
  if (homes.back() == homes.front()) {  // the ends of the ring are neighbours, too
    if (workers == 2) {
      throw Exhausted("a ring of an odd number of tasks cannot alternate between two workers");
    }
    homes.back() = &scheduler.worker(1);
  }
  return homes;
}

}  // namespace concbench::runtime
