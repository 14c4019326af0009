// Computations of a given length: arithmetic of which each step needs the one before. It is a number
// of steps, not a time: who is interrupted takes longer.

export function workSteps(steps) {
  let x = steps | 0;
  for (; steps > 0; steps--) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  return x;
}

let nsStep = 0;
let kept = 0;  // what was computed, so that V8 does not leave it out

/** Found once, as the quickest of several rounds. Call it before any clock runs. */
export function calibrate() {
  if (nsStep > 0) return;
  const rounds = 50;
  const steps = 20000;
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    kept ^= workSteps(steps);
    best = Math.min(best, performance.now() - start);
  }
  nsStep = best * 1e6 / steps;
}

export function stepsIn(ns) {
  calibrate();
  return Math.floor(ns / nsStep);
}

export function work(steps) {
  kept ^= workSteps(steps);
}
