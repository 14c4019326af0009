// Each workload's parameters, and the way from their values to a run. Names and ranges are those of
// docs/protocol.md.
import {hold, mostTouched} from './hold.mjs';
import {fib, fibNodes, nqueens, queensNodes, skynet, uts, utsTrees} from './kernels.mjs';
import {fits, fitsDescriptors} from './machine.mjs';
import {block, chef, recipe, sleepers} from './recipe.mjs';
import {serve} from './serve.mjs';
import {channel, contend, fanOut, forkJoin, handOff, yielding} from './verbs.mjs';
import {stepsIn, work} from './work.mjs';

// The least that a task takes, measured with V8 11.3: one that waits for a gate, and a node of a
// tree, of which most are leaves that are done but for their promises.
const taskBytes = 250;
const nodeBytes = 250;

const whole = (low, high) => ({low, high});
const word = (...words) => ({words});

const messages = {capacity: whole(0, 1e6), messages: whole(1, 1e9)};

/** For each: [parameters, what it takes their values to and throws a reason to refuse]. */
export const workloads = {
  fib: [{n: whole(0, 60)}, ({n}) => tree(fib(n), fibNodes(n))],
  skynet: [{leaves: whole(1, 1e9), branching: whole(2, 1000)}, ({leaves, branching}) => {
    let nodes = 1;
    let level = 1;
    while (level < leaves) {
      level *= branching;
      nodes += level;
    }
    if (level !== leaves) throw new Error('skynet.leaves must be a power of skynet.branching');
    return tree(skynet(leaves, branching), nodes);
  }],
  nqueens: [{n: whole(1, 16)}, ({n}) => tree(nqueens(n), queensNodes[n])],
  uts: [{tree: word(...Object.keys(utsTrees))},
    ({tree: name}) => tree(uts(utsTrees[name]), utsTrees[name].counts.nodes)],
  spawn: [{n: whole(1, 1e9)}, ({n}) => fan(n, (i) => i)],
  grain: [{tasks: whole(1, 1e9), ns: whole(0, 1e6)}, ({tasks, ns}) => {
    const steps = stepsIn(ns);
    return fan(tasks, (i) => {
      work(steps);
      return i;
    });
  }],
  ping_pong: [{hops: whole(1, 1e9), place: word('any', 'same', 'cross')}, ({hops, place}) => {
    if (place === 'cross') throw new Error('ping_pong.place=cross: async functions share one thread');
    return (clock) => handOff({tasks: 2, hops}, clock);
  }],
  ring: [{tasks: whole(2, 1e7), hops: whole(1, 1e9)}, (v) => gated(handOff, v, v.tasks)],
  spsc: [messages, (v) => exchange({...v, producers: 1, consumers: 1})],
  mpsc: [{...messages, producers: whole(1, 1e6)}, (v) => exchange({...v, consumers: 1})],
  mpmc: [{...messages, producers: whole(1, 1e6), consumers: whole(1, 1e6)}, exchange],
  yield: [{tasks: whole(1, 1e7), yields: whole(1, 1e9)}, (v) => gated(yielding, v, v.tasks)],
  mutex: [{tasks: whole(1, 1e6), sections: whole(1, 1e9)}, (v) => gated(contend, v, v.tasks)],
  hold: [{n: whole(1, 1e8), touch: whole(0, 1 << 20)}, (v) => {
    if (v.touch > mostTouched) {
      throw new Error(`hold.touch: V8's stack, which is the same for all tasks, has room for ${mostTouched} bytes`);
    }
    return gated(hold, v, v.n);
  }],
  sleepers: [{n: whole(1, 1e7), first_us: whole(0, 6e7), span_us: whole(0, 6e7)}, (v) => gated(sleepers, v, v.n)],
  chef: [{dishes: whole(1, 1e6), chop_us: whole(0, 1e6), boil_us: whole(0, 1e7)},
    (v) => gated(recipe, chef(v), v.dishes)],
  block: [{blockers: whole(0, 1e5), computers: whole(1, 1e5), rounds: whole(1, 1e6), call_us: whole(0, 1e6),
    compute_us: whole(0, 1e6)}, (v) => gated(recipe, block(v), v.blockers + v.computers)],
  echo: [{connections: whole(1, 1e6), requests: whole(1, 1e9), rate: whole(0, 1e7), bytes: whole(8, 65536),
    slow_permille: whole(0, 1000), slow_us: whole(0, 1e6)}, (v) => {
    fitsDescriptors(v.connections);
    return gated(serve, v, v.connections);
  }],
};

function tree(kernel, nodes) {
  fits(nodes, nodeBytes);
  return (clock) => forkJoin(kernel, clock);
}

function fan(tasks, body) {
  fits(tasks, taskBytes);
  return (clock) => fanOut({tasks, body}, clock);
}

function gated(verb, kernel, tasks) {
  fits(tasks, taskBytes);
  return (clock) => verb(kernel, clock);
}

function exchange(v) {
  return gated(channel, v, v.producers + v.consumers);
}

/** The run of a workload. Throws a reason to refuse. */
export function prepare(name, given) {
  if (!Object.hasOwn(workloads, name)) throw new Error(`there is no workload "${name}"`);
  const [parameters, toRun] = workloads[name];
  for (const parameter of Object.keys(given)) {
    if (!Object.hasOwn(parameters, parameter)) throw new Error(`${name} has no parameter "${parameter}"`);
  }
  for (const [parameter, range] of Object.entries(parameters)) {
    if (!Object.hasOwn(given, parameter)) throw new Error(`${name}.${parameter} is missing`);
    check(`${name}.${parameter}`, given[parameter], range);
  }
  return toRun(given);
}

function check(name, value, {low, high, words}) {
  if (words ? words.includes(value) : Number.isInteger(value) && low <= value && value <= high) return;
  const range = words ? `one of ${words.join(', ')}` : `a whole number from ${low} to ${high}`;
  throw new Error(`${name}=${JSON.stringify(value)}: must be ${range}`);
}
