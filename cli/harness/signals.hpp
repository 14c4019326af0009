// SIGINT and SIGTERM as something to poll: a run ends in order, between two messages of a worker.
#pragma once

namespace concbench {

// From now on the two signals no longer end the program but make `signal_fd` readable.
void catch_signals();
// Readable once one of the two has arrived; -1 before catch_signals().
int signal_fd();
// The signal that arrived, or 0.
int caught_signal();

}  // namespace concbench
