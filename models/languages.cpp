// The models of other languages, whose runtimes cannot live in this program: each starts its own
// threads, switches its own tasks and, mostly, collects its own garbage. So each is a program of
// its own, models/NAME/, which lies beside this one and speaks the worker protocol
// (docs/protocol.md), as any model from outside can.
#include "models/model.hpp"

namespace concbench {
namespace {

constexpr std::string_view languages = "scripts/setup --languages";

constexpr Option flavors[] = {
    {"flavor", "multi|current", "",
     "the runtime: a work-stealing thread per core, or the one current thread"}};
constexpr Option java_threads[] = {
    {"threads", "virtual|platform", "",
     "what a task is: a virtual thread (from JDK 21 on) or one of the kernel's"}};
constexpr Option python_tasks[] = {
    {"tasks", "asyncio|threads", "",
     "what a task is: a coroutine on an event loop, or a thread under the lock"}};

}  // namespace

extern const Model goroutines_model, tokio_model, rayon_model, java_model, erlang_model, node_model,
    python_model;

const Model goroutines_model{.name = "goroutines",
                             .summary = "a goroutine per task, on Go's own scheduler",
                             .program = "concbench-goroutines",
                             .setup = "scripts/setup"};
const Model tokio_model{.name = "tokio",
                        .summary = "a task of Rust's Tokio per task, on its own scheduler",
                        .options = flavors,
                        .program = "concbench-tokio",
                        .setup = languages};
const Model rayon_model{.name = "rayon",
                        .summary = "jobs of Rust's Rayon, stolen between its threads",
                        .program = "concbench-rayon",
                        .setup = languages};
const Model java_model{.name = "java",
                       .summary = "a virtual thread of Java per task, on its own scheduler",
                       .options = java_threads,
                       .program = "concbench-java",
                       .setup = languages};
const Model erlang_model{.name = "erlang",
                         .summary = "a process of Erlang per task, and messages",
                         .program = "concbench-erlang",
                         .setup = languages};
const Model node_model{.name = "node",
                       .summary = "an async function of JavaScript per task, on Node's one thread",
                       .program = "concbench-node",
                       .setup = languages};
const Model python_model{.name = "python",
                         .summary = "a task of Python's asyncio per task, on one event loop",
                         .options = python_tasks,
                         .program = "concbench-python",
                         .setup = languages};

}  // namespace concbench
