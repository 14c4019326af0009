// What a promise costs in Node, measured by the shortest program that does each: the second way to
// what concbench-node measures. Prints one JSON object; times are in ns, for one, and the least of a
// second's rounds.

async function least(round) {
  let best = Infinity;
  for (const end = performance.now() + 1000; performance.now() < end;) best = Math.min(best, await round());
  return best * 1e6;
}

async function spawn() {
  const start = performance.now();
  const tasks = [];
  for (let i = 0; i < 1000; i++) tasks.push((async () => i)());
  const sum = (await Promise.all(tasks)).reduce((a, b) => a + b, 0);
  const took = performance.now() - start;
  if (sum !== 499500) throw new Error(`a sum of ${sum}`);
  return took / 1000;
}

const hops = 10_000;

async function player(mine, other, token) {
  for (; token < hops; token = await new Promise((wake) => { mine.wake = wake; })) {
    other.wake(token + 1);
    if (token + 1 >= hops) return;
  }
}

async function pingPong() {
  const [first, second] = [{wake: null}, {wake: null}];
  const begun = new Promise((wake) => { second.wake = wake; }).then((token) => player(second, first, token));
  const start = performance.now();
  await Promise.all([player(first, second, 0), begun]);
  return (performance.now() - start) / hops;
}

console.log(JSON.stringify({spawn: await least(spawn), ping_pong: await least(pingPong)}));
