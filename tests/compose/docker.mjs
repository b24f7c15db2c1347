// SPDX-License-Identifier: Apache-2.0
// Docker and Compose as the tests speak to them; Compose v2 where it is, else docker-compose 1.29.
import {execFileSync, spawnSync} from 'node:child_process';
import {join} from 'node:path';

import {ROOT} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';

export const assert = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};

export function docker(...args) {
  return execFileSync('docker', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 27});
}

const COMPOSE = spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose'];

/** One file of compose/, started under a name and an address of its own. */
export class Project {
  constructor(file, environment = {}) {
    this.name = `forium-test-${process.pid}`;
    this.file = join(ROOT, 'compose', file);
    this.environment = environment;
  }

  compose(...args) {
    const [program, ...first] = COMPOSE;
    const result = spawnSync(program, [...first, '-p', this.name, '-f', this.file, ...args], {
      encoding: 'utf8', maxBuffer: 1 << 27, cwd: join(ROOT, 'compose'), env: {...process.env, ...this.environment}});
    if (result.status !== 0) throw new Error(`compose ${args.join(' ')}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  }

  /** Up, until the first page is answered; seconds. */
  async up() {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.environment.FORIUM_PUBLISH = `127.0.0.1:${this.port}`;
    const began = performance.now();
    const starting = new Promise((done) => setImmediate(() => done(this.compose('up', '-d', '--no-build'))));
    await starting;
    await this.page();
    return (performance.now() - began) / 1000;
  }

  async page(limitMs = 60_000) {
    const end = performance.now() + limitMs;
    let last = 'nothing';
    while (performance.now() < end) {
      try {
        const response = await fetch(this.url, {signal: AbortSignal.timeout(2000)});
        const html = await response.text();
        if (response.status === 200 && html.includes('</html>')) return html;
        last = `${response.status} ${html.slice(0, 200)}`;
      } catch (error) {
        last = error.cause?.code ?? error.message;
      }
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`no page in ${limitMs / 1000} s, last: ${last}\n${this.logs()}`);
  }

  logs() {
    return this.compose('logs', '--no-color', '--tail=40');
  }

  container(service) {
    return this.compose('ps', '-q', service).trim().split('\n')[0];
  }

  /** Waits until Docker calls the service healthy. */
  async healthy(service, limitMs = 30_000) {
    const end = performance.now() + limitMs;
    let health;
    while (performance.now() < end) {
      health = JSON.parse(docker('inspect', '-f', '{{json .State.Health}}', this.container(service)));
      if (health?.Status === 'healthy') return;
      await new Promise((later) => setTimeout(later, 200));
    }
    throw new Error(`${service} is ${health?.Status}: ${health?.Log?.at(-1)?.Output}`);
  }

  async api(method, path, {body, token} = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {...(body && {'content-type': 'application/json'}), ...(token && {authorization: `Bearer ${token}`})},
      body: body && JSON.stringify(body)});
    const text = await response.text();
    assert(response.status < 300, `${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }

  down() {
    this.compose('down', '-v', '-t', '5', '--remove-orphans');
  }
}
