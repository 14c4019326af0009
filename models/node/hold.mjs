// Tasks that are all alive at once, and wait for one promise.
import {anonymousMemory, kernelMemory} from './machine.mjs';
import {total} from './sum.mjs';

/** What a call of useStack takes at the least, and what V8's stack has room for. */
const frameBytes = 128;
export const mostTouched = 512 * 1024;

function useStack(bytes) {
  if (bytes <= 0) return 0;
  const [a, b, c, d] = [bytes, bytes + 1, bytes + 2, bytes + 3];
  return useStack(bytes - frameBytes) + a - b + c - d;
}

/** Making and releasing them is timed; what it costs to have them is looked at in between. */
export async function hold({n, touch}, clock) {
  const {probe} = clock;
  let alive = 0;
  let release;
  const gate = new Promise((released) => {
    release = released;
  });
  const task = async (i) => {
    useStack(touch);
    alive++;
    await gate;
    return {answer: i + 1, ops: 1};
  };
  if (probe) globalThis.gc();
  const kernelBefore = probe && kernelMemory();

  clock.start();
  const tasks = [];
  for (let i = 0; i < n; i++) tasks.push(task(i));
  const made = clock.stop();

  const held = alive;
  if (probe) noteGrowth(clock, kernelBefore, held);

  clock.start();
  release();
  const tallies = await Promise.all(tasks);
  const released = clock.stop();

  probe?.set('peak_live', held);
  probe?.set('make_ns', made);
  probe?.set('release_ns', released);
  return total(tallies);
}

/** What others gave back meanwhile may make it negative: then it is not known. */
function noteGrowth({probe, anonymousAtOpen}, kernelBefore, tasks) {
  globalThis.gc();
  const user = anonymousMemory() - anonymousAtOpen;
  const kernel = kernelMemory() - kernelBefore;
  if (user >= 0) probe.set('user_bytes_per_task', Math.floor(user / tasks));
  if (kernel >= 0) probe.set('kernel_bytes_per_task', Math.floor(kernel / tasks));
}
