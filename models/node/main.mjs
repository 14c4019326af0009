// concbench-node runs concbench's workloads on async functions. It speaks the worker protocol of
// docs/protocol.md over its standard input and output.
//
//   node main.mjs FOLDER [--slow-down=PERCENT]     FOLDER holds concbench, whose `load` echo asks
import {writeSync} from 'node:fs';
import {createInterface} from 'node:readline';

import {openCell} from './cell.mjs';
import {workloads} from './workloads.mjs';

const longestLine = 1 << 20;
const slowDown = Number(process.argv[3]?.match(/^--slow-down=([\d.]+)$/)?.[1] ?? 0);

let open = null;

function reply(type, fields) {
  const line = Buffer.from(`${JSON.stringify({type, ...fields})}\n`);
  for (let sent = 0; sent < line.length;) {
    sent += writeSync(1, line, sent);
  }
}

function greet() {
  reply('hello', {
    protocol: 1,
    program: 'concbench-node',
    version: '0.1.0',
    model: 'node',
    workloads: Object.keys(workloads),
    refuses: {},
  });
}

/** Carries out one request; what it throws is a violation of the protocol. */
async function answer(request) {
  switch (request.type) {
    case 'open':
      if (open) throw new Error('open: a cell is open already');
      try {
        open = openCell(request, slowDown);
      } catch (refusal) {
        return reply('refused', {reason: refusal.message});
      }
      return reply('opened', {cold_start_ns: null});  // V8 starts before main's first line
    case 'run':
      if (!open) throw new Error('run: no cell is open');
      if (!Number.isSafeInteger(request.iterations) || request.iterations < 1) {
        throw new Error('run: iterations must be a whole number, at least 1');
      }
      try {
        return reply('sample', await open.run(request.iterations, request.observe === true));
      } catch (failure) {
        return reply('failed', {reason: failure.message});
      }
    case 'close':
      return reply('closed', {children_peak_rss_bytes: null, notes: {
        library: `Node.js ${process.version}, V8 ${process.versions.v8}`,
        garbage: 'collected by hand before the memory of hold is read, and nowhere else',
        threads: 'tasks share the one thread; those of the collector are bound to the same CPU',
        timers: 'setTimeout counts in milliseconds',
        yield: 'a yield waits for setImmediate, one turn of the event loop for all who yield',
      }});
    default:
      throw new Error(`no message has the type ${JSON.stringify(request.type)}`);
  }
}

function parse(line) {
  if (line.length > longestLine) throw new Error('the line is too long');
  let request;
  try {
    request = JSON.parse(line);
  } catch {
    throw new Error('the line is no JSON');
  }
  if (request === null || typeof request !== 'object' || Array.isArray(request)) {
    throw new Error('the line is no JSON object');
  }
  return request;
}

greet();
try {
  for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
    const request = parse(line);
    await answer(request);
    if (request.type === 'close') process.exit(0);
  }
} catch (violation) {
  reply('failed', {reason: violation.message});
  process.exit(1);
}
process.exit(0);  // the session has gone: nobody is left to be told
