// What has been opened: a workload, on the CPU that the process is then confined to.
import {Stopwatch} from './clock.mjs';
import {anonymousMemory, confine, Sightings} from './machine.mjs';
import {Probe} from './probe.mjs';
import {prepare} from './workloads.mjs';

/** Throws a reason to refuse. */
export function openCell({workload, params, cpus, options}, slowDown) {
  for (const option of Object.keys(options ?? {})) {
    throw new Error(`node has no option "${option}"`);
  }
  if (!Array.isArray(cpus) || cpus.length === 0) {
    throw new Error('cpus is empty: there is no worker');
  }
  if (cpus.length > 1) {
    throw new Error(`${cpus.length} workers: async functions share one thread; worker_threads are another model`);
  }
  const perform = prepare(workload, params ?? {});
  confine(cpus[0]);
  return new Cell(perform, slowDown);
}

class Cell {
  #perform;
  #slowDown;
  #sightings = new Sightings();
  #anonymousAtOpen = anonymousMemory();

  constructor(perform, slowDown) {
    this.#perform = perform;
    this.#slowDown = slowDown;
  }

  /** Performs the workload so many times. A slow-down is real work of which only the time is told. */
  async run(iterations, observe) {
    const clock = new Stopwatch(observe ? new Probe() : null, this.#anonymousAtOpen);
    const extra = Math.round(iterations * this.#slowDown / 100);
    let answer;
    let ops = 0;
    for (let i = 0; i < iterations + extra; i++) {
      const one = await this.#perform(clock);
      answer ??= one.answer;
      if (one.answer !== answer) {
        throw new Error(`two runs answered differently: ${answer} and ${one.answer}`);
      }
      if (i < iterations) ops += one.ops;
    }
    return {
      iterations,
      answer: String(answer),
      ops,
      ...clock.sums(),
      workers: this.#sightings.report(),
      ...clock.probe?.noted(),
    };
  }
}
