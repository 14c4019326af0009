// The workloads. To add one: write its header and add its type to the list.
//
// Who includes this is compiled anew whenever a kernel changes: the units of models, and one here.
// All others deal in workloads/workload.hpp.
#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "workloads/block.hpp"
#include "workloads/chef.hpp"
#include "workloads/cholesky.hpp"
#include "workloads/dot.hpp"
#include "workloads/echo.hpp"
#include "workloads/fib.hpp"
#include "workloads/grain.hpp"
#include "workloads/heat.hpp"
#include "workloads/hold.hpp"
#include "workloads/integrate.hpp"
#include "workloads/mandelbrot.hpp"
#include "workloads/matmul.hpp"
#include "workloads/mergesort.hpp"
#include "workloads/mixed.hpp"
#include "workloads/mpmc.hpp"
#include "workloads/mpsc.hpp"
#include "workloads/mutex.hpp"
#include "workloads/nqueens.hpp"
#include "workloads/ping_pong.hpp"
#include "workloads/primes.hpp"
#include "workloads/ring.hpp"
#include "workloads/skynet.hpp"
#include "workloads/sleepers.hpp"
#include "workloads/spawn.hpp"
#include "workloads/spsc.hpp"
#include "workloads/triangle.hpp"
#include "workloads/uts.hpp"
#include "workloads/wavefront.hpp"
#include "workloads/workload.hpp"
#include "workloads/yield.hpp"

namespace concbench {

// The list, and at the same time the type of any one kernel.
struct AnyKernel
    : std::variant<Fib, Skynet, NQueens, Uts, Integrate, Mergesort, Matmul, Spawn, Grain,
                   Mandelbrot, PingPong, Ring, Spsc, Mpsc, Mpmc, Yield, Mutex, HoldMany, Sleepers,
                   Chef, Block, Mixed, Heat, Echo, Dot, Triangle, Primes, Cholesky, Wavefront> {
  using variant::variant;
};

template <class K>
requires(!std::is_same_v<K, Workload> && Kernel<K>) Workload::Workload(K kernel)
    : kernel_(std::make_shared<const AnyKernel>(std::move(kernel))) {}

}  // namespace concbench
