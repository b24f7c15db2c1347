// SPDX-License-Identifier: Apache-2.0
// Starts the real program on a free port with data of its own, and stops it. Used by all tests and measurements that
// speak HTTP.
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import {ENVIRONMENT, Site} from './site.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const BINARY = process.env.FORIUM_BINARY ?? join(ROOT, 'bazel-bin/services/allinone/forium');
export const CORPUS = resolve(ROOT, '../shared/corpus');

export function temporaryFolder(name = 'forium') {
  return mkdtempSync(join(tmpdir(), `${name}-`));
}

/** Runs a command of the program to its end; throws with what it said when it fails. */
export function command(args, {input, allowFailure = false} = {}) {
  const result = spawnSync(BINARY, args, {input, encoding: 'utf8', maxBuffer: 1 << 26, env: ENVIRONMENT});
  if (result.error) throw result.error;
  if (result.status !== 0 && !allowFailure) {
    throw new Error(`forium ${args.join(' ')}: exit ${result.status ?? result.signal}\n${result.stderr}`);
  }
  return result;
}

export class Forium extends Site {
  /**
   * Serves `data` (a temporary folder by default) and waits until it listens.
   * @param {{data?: string, flags?: string[], wrapper?: string[], env?: object, binary?: string}} options
   */
  static async start({data, flags = [], wrapper = [], env = {}, binary = BINARY} = {}) {
    const forium = new Forium();
    forium.ownsData = data === undefined;
    forium.data = data ?? join(temporaryFolder(), 'data');
    const words = [...wrapper, binary, 'serve', '--data', forium.data, '--listen', '127.0.0.1:0', ...flags];
    const began = performance.now();
    forium.process = spawn(words[0], words.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'], env: {...ENVIRONMENT, ...env}});
    forium.log = '';
    forium.exited = new Promise((done) => forium.process.on('exit', (code, signal) => done({code, signal})));
    forium.process.stderr.setEncoding('utf8').on('data', (text) => {
      forium.log = (forium.log + text).slice(-200_000);
    });
    await new Promise((ready, failed) => {
      forium.process.on('error', failed);
      forium.process.on('exit', (code, signal) =>
        failed(new Error(`forium serve ended with ${code ?? signal}\n${forium.log}`)));
      forium.process.stdout.setEncoding('utf8').on('data', (text) => {
        forium.output += text;
        const address = /serves (http:\/\/\S+)/.exec(forium.output);
        if (!address || forium.url) return;
        forium.url = address[1];
        ready();
      });
    });
    forium.readyMs = performance.now() - began;
    forium.pid = forium.process.pid;
    return forium;
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    const end = await this.exited;
    this.discard();
    return end;
  }

  /** As a crash would: nothing is flushed. The data stay. */
  async kill() {
    this.process.kill('SIGKILL');
    return this.exited;
  }

  discard() {
    if (this.ownsData) rmSync(dirname(this.data), {recursive: true, force: true});
  }

  /** Makes an account from the command line (through the control socket) and signs it in; its token. */
  async account(username, {admin = false} = {}) {
    const password = `password of ${username}`;
    command(['user', 'create', '--data', this.data, '--username', username, '--email', `${username}@example.org`,
      ...(admin ? ['--admin'] : []), '--password-stdin'], {input: password + '\n'});
    const session = await this.ok('POST', '/api/v1/sessions', {body: {login: username, password}});
    return {username, password, token: session.token, id: session.userId};
  }
}
