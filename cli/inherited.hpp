// What a program inherits from whoever started it, set to what this one needs.
#pragma once

namespace concbench {

// To be called first. Standard streams that are closed are opened to nowhere, so that no file of
// ours takes their place: what is written to stdout is then refused. Signals that a supervisor
// ignores or blocks arrive again (its ignoring SIGCHLD would let the kernel reap our children), but
// SIGHUP and SIGINT stay ignored where they were, as nohup and shells in scripts mean it. Writing
// where nobody reads, or beyond a limit, becomes an error of that write. And the CPUs that this
// process may use are those it was started with, wherever a library has moved it since.
void settle_inheritance();

}  // namespace concbench
