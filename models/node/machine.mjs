// What the process may use of this machine: its CPU, where its threads ran, and how much memory.
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {getHeapStatistics} from 'node:v8';

/** Throws unless the process, with all its threads, is now confined to the CPU. */
export function confine(cpu) {
  if (!Number.isSafeInteger(cpu) || cpu < 0) throw new Error(`there is no CPU ${cpu}`);
  try {
    execFileSync('taskset', ['-acp', String(cpu), String(process.pid)], {stdio: 'pipe'});
  } catch (error) {
    const why = error.stderr?.toString().trim().split('\n').at(-1) ?? error.message;
    throw new Error(`cannot run on CPU ${cpu}: ${why}`);
  }
  if (onlyCpu() !== cpu) throw new Error(`cannot run on CPU ${cpu}: the kernel did not bind all threads to it`);
}

/** The CPUs that the process may use, as the kernel lists them. */
export function allowedCpus() {
  const list = readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(.*)$/m)[1];
  return list.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number);
    return Array.from({length: (last ?? first) - first + 1}, (_, i) => first + i);
  });
}

/** The one CPU that all threads may use, as read back; otherwise -1. */
function onlyCpu() {
  const lists = threads().map((id) => {
    const status = read(`/proc/self/task/${id}/status`);
    return status.match(/^Cpus_allowed_list:\s*(.*)$/m)?.[1];
  });
  const [list] = lists;
  return lists.every((other) => other === list) && /^\d+$/.test(list) ? Number(list) : -1;
}

function threads() {
  return readdirSync('/proc/self/task');
}

/** A file of /proc, or "" where there is none: a thread that has ended has none. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** On which CPUs the threads were seen. One that has not run since the last look says nothing new. */
export class Sightings {
  #ran = new Map();   // each thread's nanoseconds on a CPU
  #last = new Map();  // and where it was seen since it was bound
  #cpus = new Set();
  #migrations = 0;

  constructor() {
    for (const id of threads()) this.#ran.set(id, look(id)?.ran);
  }

  /** Looks again. Null where the kernel does not tell. */
  report() {
    for (const id of threads()) {
      const seen = look(id);
      if (seen && seen.ran !== this.#ran.get(id)) this.#note(id, seen);
    }
    if (this.#cpus.size === 0) return null;
    const observed = [...this.#cpus].sort((a, b) => a - b);
    return [{cpu: onlyCpu(), observed, migrations: this.#migrations}];
  }

  #note(id, {cpu, ran}) {
    if (this.#last.has(id) && this.#last.get(id) !== cpu) this.#migrations++;
    this.#ran.set(id, ran);
    this.#last.set(id, cpu);
    this.#cpus.add(cpu);
  }
}

/** The CPU is field 39 of stat, counted from behind the name, which may hold anything. */
function look(id) {
  const stat = read(`/proc/self/task/${id}/stat`);
  const ran = read(`/proc/self/task/${id}/schedstat`).split(' ')[0];
  const cpu = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[39 - 3];
  return ran && cpu ? {cpu: Number(cpu), ran} : null;
}

/** What of the program is in memory and no part of a file, in bytes. */
export function anonymousMemory() {
  return 1024 * Number(readFileSync('/proc/self/status', 'utf8').match(/^RssAnon:\s*(\d+) kB$/m)[1]);
}

/** What the kernel keeps, for whomever: stacks, page tables and slabs, in bytes. */
export function kernelMemory() {
  return ['KernelStack', 'PageTables', 'Slab'].map(meminfo).reduce((sum, part) => sum + part);
}

function meminfo(entry) {
  return 1024 * Number(readFileSync('/proc/meminfo', 'utf8').match(new RegExp(`^${entry}: +(\\d+) kB$`, 'm'))[1]);
}

/** Throws if so many tasks of so many bytes cannot all be alive here. */
export function fits(tasks, each) {
  const group = read('/proc/self/cgroup').match(/^0::(.*)$/m)?.[1];
  const limits = [
    ['the memory that is available', meminfo('MemAvailable')],
    ["V8's largest heap", getHeapStatistics().heap_size_limit],
    ["the cgroup's memory.max", parseInt(read(`/sys/fs/cgroup${group}/memory.max`), 10)],
  ];
  for (const [limit, bytes] of limits) {
    if (tasks * each > bytes) {
      throw new Error(`${tasks} tasks of at least ${each} bytes could be alive at once, which exceeds ` +
                      `${limit}, ${Math.floor(bytes / 1e6)} MB`);
    }
  }
}

/** Throws if so many connections cannot all be open here. Node has raised the limit as far as it may. */
export function fitsDescriptors(connections) {
  const spare = 32;
  const limit = Number(read('/proc/self/limits').match(/^Max open files +(\d+)/m)?.[1] ?? Infinity);
  if (connections + spare > limit) {
    throw new Error(`${connections} connections take a descriptor each; RLIMIT_NOFILE is ${limit}`);
  }
}
