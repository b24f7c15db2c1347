// SPDX-License-Identifier: Apache-2.0
// Processes of a small suite: control planes, backends, and a client that calls without pause.
import {spawn} from 'node:child_process';
import {dirname, join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const BINARY = process.env.XDS_PROCESS ?? join(here, "../../bazel-bin/tests/xds/process");

const flagsOf = (values) => Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** A process that answers lines with lines. */
class Peer {
  constructor(command, args) {
    this.errors = '';
    this.lines = [];
    this.waiting = [];
    this.child = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.on('error', () => {});
    this.child.stderr.on('data', (text) => { this.errors += text; });
    createInterface({input: this.child.stdout}).on('line', (line) => {
      const next = this.waiting.shift();
      if (next) next(line); else this.lines.push(line);
    });
  }

  async line() {
    if (this.lines.length > 0) return this.lines.shift();
    const line = await Promise.race([new Promise((resolve) => { this.waiting.push(resolve); }),
      this.ended.then(() => null)]);
    if (line === null) throw new Error(`a process ended: ${this.errors.slice(-2000)}`);
    return line;
  }

  say(command) { this.child.stdin.write(`${command}\n`); }

  /** As the process wants it: a backend drains and says goodbye. */
  async end() {
    this.child.stdin.end();
    await this.ended;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

export class Suite {
  constructor(kind) {
    this.kind = kind;
    this.peers = [];
  }

  async start(command, args) {
    const peer = new Peer(command, args);
    this.peers.push(peer);
    const ready = await peer.line();
    peer.port = Number(ready.split(' ')[1]);
    return peer;
  }

  control(port, flags = {}) {
    return this.start(BINARY, ['control', ...flagsOf({listen: `127.0.0.1:${port}`, ...flags})]);
  }

  backend(name, gateways, flags = {}) {
    return this.start(BINARY, ['backend', ...flagsOf({name, gateways, ...flags})]);
  }

  client(control, flags = {}) {
    const args = flagsOf({control, ...flags});
    if (this.kind === 'node') return this.start(process.execPath, [join(here, 'client.mjs'), ...args]);
    return this.start(BINARY, [this.kind === 'c++' ? 'grpc-client' : 'client', ...args]);
  }

  async end() {
    await Promise.all(this.peers.map((peer) => peer.kill()));
  }
}

/** How often each backend answered since the last time, and how many calls failed. */
export async function take(client) {
  client.say('take');
  const answers = JSON.parse(await client.line());
  const errors = Object.entries(answers).filter(([name]) => name.startsWith('error'));
  for (const [name] of errors) delete answers[name];
  return {answers, names: Object.keys(answers).sort().join(), errors: errors.reduce((sum, [, n]) => sum + n, 0)};
}

/** What is counted from now on, for so long. */
export async function count(client, milliseconds) {
  await take(client);
  await sleep(milliseconds);
  return take(client);
}

/**
 * Waits until 100 ms go by in which just these backends answer and nothing fails.
 * @returns {Promise<{errors: number, took: number}>} failed calls and time until then
 */
export async function until(client, names, patience = 20_000) {
  const start = Date.now();
  let errors = 0;
  for (let seen; Date.now() - start < patience;) {
    await sleep(100);
    seen = await take(client);
    errors += seen.errors;
    if (seen.names === names && seen.errors === 0) return {errors, took: Date.now() - start};
  }
  throw new Error(`not just ${names} after ${patience} ms`);
}

export async function metric(control, name) {
  control.say('metrics');
  let value = null;
  for (let line; (line = await control.line()) !== 'end';) {
    if (line.startsWith(`${name} `)) value = Number(line.slice(name.length + 1));
  }
  return value;
}
