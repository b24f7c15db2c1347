// SPDX-License-Identifier: Apache-2.0
// One process of a test: started, waited for, stopped or killed.
import {spawn} from 'node:child_process';
import {createServer} from 'node:net';

/** A TCP port of loopback that nobody has, and that no connection is given: below those that the system hands out. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.on('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Asks `holds` every few milliseconds until it answers something true; throws after `seconds`. */
export async function until(what, holds, seconds = 30) {
  const end = performance.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const value = await holds();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s${last ? ` (${last.message})` : ''}`);
    await pause(15);
  }
}

// A test that fails half way leaves nobody behind.
const running = new Set();
process.on('exit', () => running.forEach((program) => program.signal('SIGKILL')));

export class Program {
  /** @param {{onOutput?: (text: string) => void}} options */
  constructor(name, command, args, {env = process.env, cwd, onOutput} = {}) {
    this.name = name;
    this.command = command;
    this.args = args;
    this.options = {env, cwd, onOutput};
  }

  /** Starts it (again); `ready` is asked until it answers true. */
  async start(ready = () => true, seconds = 30) {
    this.output = '';
    const began = performance.now();
    this.process = spawn(this.command, this.args,
      {stdio: ['ignore', 'pipe', 'pipe'], env: this.options.env, cwd: this.options.cwd});
    running.add(this);
    this.exited = new Promise((done) => {
      this.process.on('exit', () => running.delete(this));
      this.process.on('error', (error) => done({error}));
      this.process.on('exit', (code, signal) => done({code, signal}));
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output = (this.output + text).slice(-200_000);
        this.options.onOutput?.(text);
      });
    }
    let ended;
    this.exited.then((end) => (ended = end));
    await until(`${this.name} is ready`, async () => {
      if (ended) throw Object.assign(new Error(`ended with ${JSON.stringify(ended)}`), {ended: true});
      return ready();
    }, seconds).catch((error) => {
      throw new Error(`${error.message}\n${this.output.slice(-3000)}`);
    });
    this.readyMs = performance.now() - began;
    return this;
  }

  get pid() {
    return this.process.pid;
  }

  get running() {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  signal(name) {
    if (this.running) this.process.kill(name);
  }

  /** Asks it to end and waits until it has. */
  async stop() {
    if (!this.process) return undefined;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    return this.exited;
  }

  async kill() {
    this.signal('SIGKILL');
    return this.exited;
  }
}
