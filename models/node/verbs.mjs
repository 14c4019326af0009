// A verb runs any kernel of one shape in the way a Node programmer would: an async function a task,
// promises to join them. Each counts what it did along with its answer.
import {now} from './clock.mjs';
import {Sum, total} from './sum.mjs';
import {Channel, giveWay, Mailbox, Mutex} from './waiting.mjs';

/**
 * An async function runs until it first waits before its caller goes on: a leaf, which never does,
 * is done when it has been called, and a tree is entered depth first.
 */
export async function forkJoin(kernel, clock) {
  clock.start();
  const {result, ops} = await visit(kernel, kernel.root);
  clock.stop();
  return {answer: kernel.answer(result), ops};
}

async function visit(kernel, node) {
  const children = kernel.children(node);
  if (children === 0) return {result: kernel.leaf(node), ops: 1};
  const tasks = [];
  for (let i = 0; i < children; i++) tasks.push(visit(kernel, kernel.child(node, i)));
  let [{result, ops}, ...others] = await Promise.all(tasks);
  for (const other of others) {
    result = kernel.fold(result, other.result);
    ops += other.ops;
  }
  return {result, ops: ops + 1};
}

/** The body is given the task's number. Each result that comes back is one operation. */
export async function fanOut({tasks, body}, clock) {
  const {probe} = clock;
  const task = async (i) => body(i);
  const observed = async (i, made) => {
    probe.add(now() - made);
    return body(i);
  };
  clock.start();
  const made = [];
  if (probe) {
    for (let i = 0; i < tasks; i++) made.push(observed(i, now()));
  } else {
    for (let i = 0; i < tasks; i++) made.push(task(i));
  }
  const results = await Promise.all(made);
  clock.stop();
  return total(results.map((answer) => ({answer, ops: 1})));
}

/** Neighbours are joined by mailboxes. */
export function handOff({tasks, hops}, clock) {
  const {probe} = clock;
  const inboxes = Array.from({length: tasks}, () => new Mailbox());
  let lastHop;
  return throughGate(tasks, clock, async (task) => {
    const [inbox, next] = [inboxes[task], inboxes[(task + 1) % tasks]];
    const mine = {answer: 0, ops: 0};
    for (let hop = task; hop < hops; hop += tasks) {
      const token = (hop === 0 ? 0 : await inbox.take()) + task + 1;
      if (probe) {
        if (hop > 0) probe.add(now() - lastHop);
        lastHop = now();
      }
      mine.ops++;
      if (hop === hops - 1) mine.answer = token;
      else next.put(token);
    }
    return mine;
  });
}

/** The last producer closes the channel. While it is observed, a message is sent with the time. */
export function channel({producers, consumers, capacity, messages}, clock) {
  const {probe} = clock;
  const queue = new Channel(capacity);
  let producing = producers;
  async function produce(task) {
    const [first, last] = share(messages, producers, task);
    for (let i = first; i < last; i++) await queue.send(probe ? {item: i + 1, sent: now()} : i + 1);
    if (--producing === 0) queue.close();
    return {answer: 0, ops: 0};
  }
  async function consume() {
    const sum = new Sum();
    let ops = 0;
    for (let item = await queue.take(); item !== Channel.ended; item = await queue.take()) {
      if (probe) {
        probe.add(now() - item.sent);
        item = item.item;
      }
      sum.add(item);
      ops++;
    }
    return {answer: sum.total, ops};
  }
  return throughGate(producers + consumers, clock, (task) => (task < producers ? produce(task) : consume()));
}

export function yielding({tasks, yields}, clock) {
  return throughGate(tasks, clock, async (task) => {
    const sum = new Sum();
    let ops = 0;
    for (; ops < yields; ops++) {
      await giveWay();
      sum.add(task + 1);
    }
    return {answer: sum.total, ops};
  });
}

export async function contend({tasks, sections}, clock) {
  const {probe} = clock;
  const mutex = new Mutex();
  const sum = new Sum();
  const fairness = new Fairness(sections);
  let entered = 0;
  const {ops} = await throughGate(tasks, clock, async () => {
    let ops = 0;
    const own = {compared: false};
    for (; ops < sections; ops++) {
      const asked = probe && now();
      await mutex.lock();
      if (probe) {
        const waited = now() - asked;
        probe.add(waited);
        probe.raise('longest_wait_ns', waited);
        fairness.note(ops + 1, own);
      }
      entered++;
      sum.add(entered);
      mutex.unlock();
    }
    return {answer: 0, ops};
  });
  probe?.set('share_low', fairness.low);
  probe?.set('share_high', fairness.high);
  return {answer: sum.total, ops};
}

/** Once the first task is through, each compares by its next section how many it has had. */
class Fairness {
  low = Infinity;
  high = 0;
  #oneIsThrough = false;

  constructor(sections) {
    this.sections = sections;
  }

  note(had, own) {
    this.#oneIsThrough ||= had === this.sections;
    if (!this.#oneIsThrough || own.compared) return;
    own.compared = true;
    this.low = Math.min(this.low, had);
    this.high = Math.max(this.high, had);
  }
}

/** Times from the gate's opening, once all participants wait for it, to the last one's end. */
export async function throughGate(participants, clock, run) {
  let open;
  const gate = new Promise((opened) => {
    open = opened;
  });
  let arrived = 0;
  const task = async (i) => {
    arrived++;
    await gate;
    return run(i);
  };
  const tasks = Array.from({length: participants}, (_, i) => task(i));
  if (arrived !== participants) throw new Error(`${arrived} of ${participants} tasks arrived at the gate`);
  clock.start();
  open();
  const tallies = await Promise.all(tasks);
  clock.stop();
  return total(tallies);
}

/** The part [first, last) of all things that falls to the index-th of parts. */
function share(all, parts, index) {
  const [each, rest] = [Math.floor(all / parts), all % parts];
  const first = index * each + Math.min(index, rest);
  return [first, first + each + (index < rest ? 1 : 0)];
}
