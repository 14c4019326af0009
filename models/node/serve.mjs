// A server that sends back what it gets, and its clients: `concbench load`, the same generator that
// all models are asked by, on other CPUs than the server's where there are any.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {createInterface} from 'node:readline';

import {allowedCpus} from './machine.mjs';
import {throughGate} from './verbs.mjs';
import {calibrate, stepsIn, work} from './work.mjs';

const folder = process.argv[2];
const cpusAtStart = allowedCpus();  // before the process is confined

export async function serve(params, clock) {
  calibrate();
  const clients = await connectClients(params);
  try {
    const all = await throughGate(params.connections, clock, (task) => {
      if (task === 0) clients.process.stdin.write('go\n');
      return answerAll(params, clients.sockets[task]);
    });
    noteLoad(await clients.report(), clock.probe);
    return all;
  } finally {
    clients.process.kill('SIGKILL');
    for (const socket of clients.sockets) socket.destroy();
  }
}

/** Answers until the client closes the connection. One that breaks off is its own witness. */
async function answerAll(params, socket) {
  const mine = {answer: 0, ops: 0};
  const request = Buffer.alloc(params.bytes);
  let filled = 0;
  try {
    for await (const chunk of socket) {
      for (let taken = 0; taken < chunk.length;) {
        const copied = chunk.copy(request, filled, taken);
        taken += copied;
        filled += copied;
        if (filled < request.length) continue;
        filled = 0;
        const counted = reply(params, request);
        if (!socket.write(Buffer.from(request))) await once(socket, 'drain');
        mine.answer += counted;
        mine.ops++;
      }
    }
  } catch {
    // The client's report says what went wrong.
  }
  socket.end();
  return mine;
}

/** 0 for a garbled request, which makes a wrong answer. */
function reply({slow_permille, slow_us}, request) {
  const number = request.readUInt32LE(0) + request.readUInt32LE(4) * 2 ** 32;
  for (let i = 8; i < request.length; i++) {
    if (request[i] !== ((number + i) & 255)) return 0;
  }
  if (slow_permille > 0 && isSlow(number, slow_permille)) work(stepsIn(slow_us * 1000));
  return number + 1;
}

function isSlow(number, permille) {
  const golden = 11400714819323198485n;  // 2^64 / golden ratio
  const part = BigInt.asUintN(64, BigInt(number) * golden) >> 32n;
  return part * 1000n >> 32n < BigInt(permille);
}

/** Resolves once all connections are established, and wait. */
async function connectClients({connections, requests, rate, bytes}) {
  const server = createServer({noDelay: true, pauseOnConnect: true});
  server.listen({port: 0, host: '127.0.0.1', backlog: 4096});
  await once(server, 'listening');
  const sockets = [];
  const accepted = new Promise((resolve) => server.on('connection', (socket) => {
    if (sockets.push(socket) === connections) resolve();
  }));
  const generator = spawn(`${folder}/concbench`, ['load', `--port=${server.address().port}`,
    `--connections=${connections}`, `--requests=${requests}`, `--rate=${rate}`, `--bytes=${bytes}`,
    ...besides()], {stdio: ['pipe', 'pipe', 'inherit']});
  const lines = createInterface({input: generator.stdout})[Symbol.asyncIterator]();
  generator.stdin.on('error', () => {});  // if nobody reads it any more, the report is missing
  const failed = once(generator, 'error').then(([error]) => {
    throw new Error(`the clients failed: ${error.message}`);
  });
  try {
    await Promise.race([failed, expectReady(lines).then(() => accepted)]);
  } finally {
    server.close();
  }
  return {process: generator, sockets, report: () => report(lines)};
}

async function expectReady(lines) {
  const {value} = await lines.next();
  if (value !== 'ready') throw new Error(`the clients failed: they said "${value ?? ''}"`);
}

/** Options that put the generator on the CPUs that this process leaves free. */
function besides() {
  const mine = new Set(allowedCpus());
  const others = cpusAtStart.filter((cpu) => !mine.has(cpu));
  return others.length > 0 ? [`--cpus=${others.join(',')}`, '--spin'] : [];
}

async function report(lines) {
  const {value, done} = await lines.next();
  if (done) throw new Error('the clients failed: their process ended early');
  return JSON.parse(value);
}

function noteLoad({latency, latency_ns, late_ns}, probe) {
  if (!probe) return;
  for (const [bucket, count] of latency) probe.addMany(bucket, count);
  probe.sum('load_latency_ns', latency_ns);
  probe.sum('load_late_ns', late_ns);
}
