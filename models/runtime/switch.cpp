#include "models/runtime/switch.hpp"

#if defined(CONCBENCH_BOOST_CONTEXT)

#include <boost/context/detail/fcontext.hpp>

namespace concbench::runtime {
namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::transfer_t;

// Boost hands the context that was left to the side that arrives, which has to store it.
struct Departure {
  Context* from;
  Crossing crossing;
};

Crossing received(transfer_t transfer) {
  const auto* departure = static_cast<Departure*>(transfer.data);
  *departure->from = transfer.fctx;
  return departure->crossing;
}

// Runs once in `fresh_context`, which brings the entry, and goes back there; the next arrival is
// the real one.
void begin(transfer_t transfer) {
  const Entry entry = *static_cast<Entry*>(transfer.data);
  const Crossing crossing = received(jump_fcontext(transfer.fctx, nullptr));
  entry(crossing.worker, crossing.hook, crossing.argument);
}

}  // namespace

Context fresh_context(void* top, std::size_t bytes, Entry entry) {
  return jump_fcontext(boost::context::detail::make_fcontext(top, bytes, begin), &entry).fctx;
}

Crossing switch_context(Context& from, Context to, Crossing crossing) {
  Departure departure{&from, crossing};
  return received(jump_fcontext(to, &departure));
}

}  // namespace concbench::runtime

#endif
