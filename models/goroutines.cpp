// Goroutines are the model of another language, whose runtime cannot live in this program: Go
// starts its own threads, moves and grows its own stacks and collects its own garbage. So the model
// is a program of its own, models/goroutines/, which lies beside this one and speaks the worker
// protocol (docs/protocol.md), as any model from outside can.
#include "models/model.hpp"

namespace concbench {

extern const Model goroutines_model;
const Model goroutines_model{.name = "goroutines",
                             .summary = "a goroutine per task, on Go's own scheduler",
                             .program = "concbench-goroutines"};

}  // namespace concbench
