// SPDX-License-Identifier: Apache-2.0
// The clients of tests/load/clients: started, asked, ended. Each prints JSON, a line at a time.
import {execFile, spawn} from 'node:child_process';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';

import {ROOT} from '../harness/forium.mjs';

const run = promisify(execFile);
const FOLDER = process.env.FORIUM_LOAD_CLIENTS ?? join(ROOT, 'bazel-bin/tests/load/clients');
const words = (options) => Object.entries(options).map(([name, value]) => `${name}=${value}`);
const command = (name, options, core) => {
  const all = [join(FOLDER, name), ...words(options)];
  return core === undefined ? all : ['taskset', '-c', String(core), ...all];
};

/** Runs it to its end; what it printed. */
export async function client(name, options, {core} = {}) {
  const [program, ...args] = command(name, options, core);
  const {stdout} = await run(program, args, {maxBuffer: 1 << 24});
  return JSON.parse(stdout);
}

/** One that stays until it is told to go: `line()` is the next that it prints, `stop()` the last. */
export function lasting(name, options) {
  const [program, ...args] = command(name, options);
  const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'inherit']});
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const line = async () => {
    const {value, done} = await lines.next();
    if (done) throw new Error(`${name} ended`);
    return JSON.parse(value);
  };
  const ended = new Promise((done) => child.on('exit', done));
  return {line, end: () => child.stdin.end(), stop: async () => {
    child.stdin.end();
    await ended;
  }};
}
