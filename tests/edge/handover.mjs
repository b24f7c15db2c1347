// SPDX-License-Identifier: Apache-2.0
// Sockets from outside, and a program that is replaced while it serves.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {chmodSync, copyFileSync, renameSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {createServer} from 'node:net';
import {join} from 'node:path';

import {BINARY, command, Forium} from '../harness/forium.mjs';
import {ENVIRONMENT} from '../harness/site.mjs';
import {pause, until} from '../harness/program.mjs';

const FLAGS = ['--no-rate-limit', '--no-access-log'];

function get(options, agent) {
  return new Promise((done, failed) => {
    const request = http.get({...options, agent, headers: {Accept: 'application/json'}}, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => done({status: response.statusCode, body}))
        .on('error', failed);
    });
    request.on('error', failed);
  });
}

/** Reads and writes on fresh connections, without a pause, until stopped. */
class Visitors {
  constructor(site, token, topic) {
    Object.assign(this, {site, token, topic, written: [], read: 0, failures: [], slowest: 0});
  }

  start() {
    this.on = true;
    this.all = [...Array(4)].map(() => this.loop(() => this.readOnce())).concat(this.loop(() => this.write()));
    return this;
  }

  async loop(step) {
    while (this.on) {
      const began = performance.now();
      try {
        await step();
      } catch (error) {
        this.failures.push(error.message);
      }
      this.slowest = Math.max(this.slowest, performance.now() - began);
    }
  }

  async readOnce() {
    const {hostname: host, port} = new URL(this.site.url);
    const answer = await get({host, port, path: '/api/v1/categories'}, new http.Agent());
    assert.equal(answer.status, 200);
    ++this.read;
  }

  async write() {
    const raw = `Written while the program is replaced, number ${this.written.length}.`;
    const answer = await fetch(`${this.site.url}/api/v1/topics/${this.topic}/posts`, {method: 'POST',
      headers: {'Content-Type': 'application/json', Authorization: `Bearer ${this.token}`, Connection: 'close'},
      body: JSON.stringify({raw})});
    assert.equal(answer.status, 201, await answer.text());
    this.written.push(raw);
  }

  async stop() {
    this.on = false;
    await Promise.all(this.all);
  }
}

export const tests = {
  async 'a renewed program loses no request, no write and not its process'(folder) {
    const binary = join(folder, 'forium');
    copyFileSync(BINARY, binary);
    const forium = await Forium.start({data: join(folder, 'data'), flags: FLAGS, binary});
    const admin = await forium.account('ada', {admin: true});
    const {categories: [category]} = await forium.ok('GET', '/api/v1/categories');
    const topic = await forium.ok('POST', '/api/v1/topics',
      {token: admin.token, body: {categoryId: category.id, title: 'While it is replaced', raw: 'It begins.'}});
    const visitors = new Visitors(forium, admin.token, topic.id).start();
    await pause(300);
    for (let i = 1; i <= 3; ++i) {
      // As a package does it: the new file takes the place of the old one.
      copyFileSync(BINARY, `${binary}.new`);
      renameSync(`${binary}.new`, binary);
      const said = forium.output.length;
      process.kill(forium.pid, 'SIGUSR2');
      await until('the next one serves', () => forium.output.slice(said).includes('Forium serves'));
      await pause(200);
    }
    await visitors.stop();
    assert.deepEqual(visitors.failures, []);
    assert.ok(visitors.read > 100 && visitors.written.length > 20, `${visitors.read} reads, ${visitors.written.length} writes`);
    assert.equal(forium.process.exitCode, null);
    const {postsCount} = await forium.ok('GET', `/api/v1/topics/${topic.id}`);
    assert.equal(postsCount, visitors.written.length + 1);
    await forium.stop();
  },

  async 'nobody else gets the data directory while the program is renewed'(folder) {
    const forium = await Forium.start({data: join(folder, 'data'), flags: FLAGS});
    const grabbers = [];
    let taken = 0;
    const stop = new AbortController();
    const grab = async () => {
      while (!stop.signal.aborted) {
        const other = spawn(BINARY, ['serve', '--data', forium.data, '--listen', '127.0.0.1:0'], {env: ENVIRONMENT, stdio: 'ignore'});
        const ended = await Promise.race([new Promise((done) => other.on('exit', done)), pause(3000).then(() => 'serves')]);
        if (ended === 'serves') {
          ++taken;
          other.kill('SIGKILL');
        }
      }
    };
    grabbers.push(grab());
    const said = forium.output.length;
    process.kill(forium.pid, 'SIGUSR2');
    await until('it serves again', () => forium.output.slice(said).includes('Forium serves'));
    stop.abort();
    await Promise.all(grabbers);
    assert.equal(taken, 0);
    await forium.ok('GET', '/api/v1/categories');
    await forium.stop();
  },

  async 'a successor that does not start is refused, and the program goes on'(folder) {
    const binary = join(folder, 'forium');
    copyFileSync(BINARY, binary);
    const forium = await Forium.start({data: join(folder, 'data'), flags: FLAGS, binary});
    writeFileSync(`${binary}.new`, '#!/bin/sh\necho "broken on purpose" >&2\nexit 3\n');
    chmodSync(`${binary}.new`, 0o755);
    renameSync(`${binary}.new`, binary);
    process.kill(forium.pid, 'SIGUSR2');
    await until('the log says so', () => forium.log.includes('broken on purpose'));
    await forium.ok('GET', '/api/v1/categories');
    await forium.stop();
  },

  async 'sockets that systemd opened are served'(folder) {
    const server = createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const {port} = server.address();
    const script = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http exec "$0" serve --data "$1"';
    const program = spawn('sh', ['-c', script, BINARY, join(folder, 'data')],
      {env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit', server._handle.fd]});
    server.close();
    try {
      await until('it answers', async () => (await get({host: '127.0.0.1', port, path: '/api/v1/categories'})).status === 200);
    } finally {
      program.kill('SIGTERM');
      await new Promise((done) => program.on('exit', done));
    }
  },

  async 'a Unix socket is served'(folder) {
    const socketPath = join(folder, 'forium.sock');
    const forium = await Forium.start({data: join(folder, 'data'), flags: [...FLAGS, '--listen', `127.0.0.1:0,unix:${socketPath}`]});
    assert.equal((await get({socketPath, path: '/api/v1/categories'})).status, 200);
    assert.match(command(['version']).stdout, /\d/);
    await forium.stop();
  },
};
