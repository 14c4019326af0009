// The stopwatch that a verb starts and stops at the ends of its timed interval.
//
// The garbage collector is left alone: what a run leaves behind is collected while later ones are
// timed, as it is in any program.

const none = {wall: 0n, cpu: 0, voluntary: 0, involuntary: 0};

export class Stopwatch {
  #sum = {...none};
  #before;
  #startedNs;

  /** The probe is null unless the run is observed. */
  constructor(probe, anonymousAtOpen) {
    this.probe = probe;
    this.anonymousAtOpen = anonymousAtOpen;
  }

  /** Usage is read before the wall clock, and by stop after it, so that reading it is not timed. */
  start() {
    this.#before = process.resourceUsage();
    this.started = now();
    this.#startedNs = process.hrtime.bigint();
  }

  /** Returns what the interval took. */
  stop() {
    const wall = process.hrtime.bigint() - this.#startedNs;
    const after = process.resourceUsage();
    const grown = (name) => after[name] - this.#before[name];
    this.#sum.wall += wall;
    this.#sum.cpu += 1000 * (grown('userCPUTime') + grown('systemCPUTime'));
    this.#sum.voluntary += grown('voluntaryContextSwitches');
    this.#sum.involuntary += grown('involuntaryContextSwitches');
    return Number(wall);
  }

  sums() {
    const {wall, cpu, voluntary, involuntary} = this.#sum;
    return {wall_ns: Number(wall), cpu_ns: cpu, voluntary, involuntary};
  }
}

/** Nanoseconds on a monotonic clock. */
export function now() {
  return performance.now() * 1e6;
}
