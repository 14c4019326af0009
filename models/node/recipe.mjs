// Tasks that sleep, and tasks that go through scripts of steps.
import {now} from './clock.mjs';
import {calibrate, stepsIn, work} from './work.mjs';
import {sleep} from './waiting.mjs';
import {throughGate} from './verbs.mjs';

const golden = 11400714819323198485n;  // 2^64 / golden ratio

/** Neighbours' deadlines are far apart. */
function delay({first_us, span_us}, task) {
  const part = Number(BigInt.asUintN(64, BigInt(task) * golden) >> 11n) / 2 ** 53;
  return first_us * 1000 + Math.trunc(span_us * 1e3 * part);
}

/** A timer counts in milliseconds and may fire up to one too early: then it is set again. */
async function sleepUntil(deadline) {
  for (let left = deadline - now(); left > 0; left = deadline - now()) await sleep(Math.ceil(left / 1e6));
}

export function sleepers(params, clock) {
  const delays = Array.from({length: params.n}, (_, task) => delay(params, task));
  return throughGate(params.n, clock, async (task) => {
    const deadline = clock.started + delays[task];
    await sleepUntil(deadline);
    const late = now() - deadline;
    clock.probe?.add(late);
    return {answer: late < 0 ? 0 : task + 1, ops: 1};
  });
}

/** Dishes that are chopped, boil alone, and are chopped again. */
export function chef({dishes, chop_us, boil_us}) {
  const chop = {kind: 'computes', ns: chop_us * 1000};
  const boil = {kind: 'waits', ns: boil_us * 1000};
  return {
    tasks: dishes,
    steps: 3,
    step: (_, s) => (s === 1 ? boil : chop),
    did: (task, s, took, probe) => {
      if (s === 1) {
        probe?.sum('wait_ns', boil.ns);
        probe?.add(took - boil.ns);
        if (took < boil.ns) return 0;  // taken off the fire early: a wrong answer
      }
      return (task + 1) * 2 ** s;
    },
  };
}

/** Tasks that make blocking system calls, which come first, beside others that compute. */
export function block({blockers, computers, rounds, call_us, compute_us}) {
  const call = {kind: 'blocks', ns: call_us * 1000};
  const compute = {kind: 'computes', ns: compute_us * 1000};
  return {
    tasks: blockers + computers,
    steps: rounds,
    step: (task) => (task < blockers ? call : compute),
    did: (task, _, took, probe) => {
      if (task >= blockers) probe?.add(took - compute.ns);
      return task + 1;
    },
  };
}

export function recipe(kernel, clock) {
  calibrate();
  return throughGate(kernel.tasks, clock, async (task) => {
    const mine = {answer: 0, ops: 0};
    let since = clock.started;
    for (; mine.ops < kernel.steps; mine.ops++) {
      await perform(kernel.step(task, mine.ops), since);
      const ended = now();
      mine.answer += kernel.did(task, mine.ops, ended - since, clock.probe);
      since = ended;
    }
    return mine;
  });
}

function perform({kind, ns}, since) {
  if (kind === 'waits') return sleepUntil(since + ns);
  if (kind === 'computes') return work(stepsIn(ns));
  return blockInKernel(ns);
}

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the one thread, and so all tasks, as any system call does that is made in JavaScript. */
function blockInKernel(ns) {
  const until = now() + ns;
  for (let left = ns; left > 0; left = until - now()) Atomics.wait(nobodyWakes, 0, 0, left / 1e6);
}
