// SPDX-License-Identifier: Apache-2.0
// Other sites of the same process: a folder, and services behind it.
import {strict as assert} from 'node:assert';
import {createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {connect} from 'node:net';
import {join} from 'node:path';

import {Forium} from '../harness/forium.mjs';
import {until} from '../harness/program.mjs';

function ask(site, host, path, {method = 'GET', headers = {}, body} = {}) {
  const {hostname, port} = new URL(site.url);
  return new Promise((done, failed) => {
    const request = http.request({host: hostname, port, path, method, headers: {Host: host, ...headers}}, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', failed)
        .on('end', () => done({status: response.statusCode, headers: response.headers, body: Buffer.concat(parts)}));
    });
    request.on('error', failed);
    request.end(body);
  });
}

/** A service that tells what it was asked; `/big` is 5 MB in parts, `/cut` ends early, `/echo` upgrades. */
async function service(name) {
  const seen = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part)).on('end', () => {
      seen.push(request.url);
      if (request.url === '/big') {
        for (let i = 0; i < 80; ++i) response.write(Buffer.alloc(1 << 16, 'b'));
        response.end();
      } else if (request.url === '/cut') {
        response.writeHead(200, {'Content-Length': '1000'});
        response.write('short', () => response.destroy());
      } else if (request.url === '/drop') {
        request.socket.destroy();
      } else {
        response.setHeader('Content-Type', 'application/json');
        response.setHeader('X-Mine', 'kept');
        response.setHeader('Connection', 'keep-alive, X-Hop');
        response.setHeader('X-Hop', 'dropped');
        response.end(JSON.stringify({name, method: request.method, url: request.url, headers: request.headers,
          body: createHash('sha256').update(Buffer.concat(parts)).digest('hex')}));
      }
    });
  });
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\nhello `);
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const {port} = server.address();
  const stop = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return {url: `http://127.0.0.1:${port}`, port, seen, stop};
}

async function served(folder, sites, flags = []) {
  return Forium.start({data: join(folder, 'data'), flags: ['--no-rate-limit', '--no-access-log', '--sites', sites.join(','),
    '--site-health-interval', '100ms', ...flags]});
}

export const tests = {
  async 'a folder is a site of its own beside the community'(folder) {
    const root = join(folder, 'blog');
    mkdirSync(root);
    writeFileSync(join(root, 'index.html'), `<h1>${'Blog '.repeat(400)}</h1>`);
    writeFileSync(join(root, '.env'), 'secret');
    const forium = await served(folder, [`blog.example=${root}`]);
    const page = await ask(forium, 'Blog.Example:80', '/');
    assert.match(page.body.toString(), /Blog Blog/);
    assert.equal(page.headers['content-security-policy'], undefined);
    const packed = await ask(forium, 'blog.example', '/', {headers: {'Accept-Encoding': 'gzip'}});
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(packed.body.length < 400);
    assert.equal((await ask(forium, 'blog.example', '/.env')).status, 404);
    assert.equal((await ask(forium, 'blog.example', '/api/v1/categories')).status, 404);
    assert.equal((await ask(forium, 'forum.example', '/api/v1/categories')).status, 200);
    await forium.stop();
  },

  async 'a service gets the request as it was, and its answer comes as it is'(folder) {
    const app = await service('one');
    const forium = await served(folder, [`app.example=${app.url}`, '*.app.example=' + app.url]);
    const body = Buffer.alloc(3 << 20, 'x');
    const answer = await ask(forium, 'app.example', '/a%20b?c=d&c=e', {method: 'POST', body,
      headers: {'X-Forwarded-For': '203.0.113.9, 198.51.100.7', Cookie: 'a=b', 'Accept-Encoding': 'gzip', 'Content-Length': body.length}});
    const told = JSON.parse(answer.body);
    assert.equal(told.url, '/a%20b?c=d&c=e');
    assert.equal(told.method, 'POST');
    assert.equal(told.body, createHash('sha256').update(body).digest('hex'));
    assert.equal(told.headers.host, 'app.example');
    assert.equal(told.headers.cookie, 'a=b');
    assert.equal(told.headers['x-forwarded-for'], '198.51.100.7');
    assert.equal(told.headers['x-forwarded-proto'], 'http');
    assert.equal(answer.headers['x-mine'], 'kept');
    assert.equal(answer.headers['x-hop'], undefined);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.equal((await ask(forium, 'any.app.example', '/')).status, 200);
    assert.equal((await ask(forium, 'app.example', '/big')).body.length, 5 << 20);
    await assert.rejects(ask(forium, 'app.example', '/cut'), /aborted|ECONNRESET|hang up|terminated/);
    await app.stop();
    await forium.stop();
  },

  async 'a service that fails is left out, and comes back'(folder) {
    const one = await service('one');
    const two = await service('two');
    const forium = await served(folder, [`app.example=${one.url}|${two.url}`]);
    const names = async (count) => {
      const answers = await Promise.all([...Array(count)].map(() => ask(forium, 'app.example', '/who')));
      assert.ok(answers.every((answer) => answer.status === 200));
      return new Set(answers.map((answer) => JSON.parse(answer.body).name));
    };
    assert.equal((await names(10)).size, 2);
    await one.stop();
    assert.deepEqual([...await names(20)], ['two']);
    // Dropped on both: the read was tried on each that is well, and then the client is told.
    assert.equal((await ask(forium, 'app.example', '/drop')).status, 502);
    const before = two.seen.filter((url) => url === '/drop').length;
    assert.equal((await ask(forium, 'app.example', '/drop', {method: 'POST', body: 'x'})).status, 502);
    assert.equal(two.seen.filter((url) => url === '/drop').length, before + 1, 'a change is not tried twice');
    await two.stop();
    const away = await ask(forium, 'app.example', '/who');
    assert.equal(away.status, 503);
    const again = await new Promise((done) => {
      const server = http.createServer((request, response) => response.end('{"name":"again"}'));
      server.listen(one.port, '127.0.0.1', () => done(server));
    });
    await until('it is well again', async () => (await ask(forium, 'app.example', '/who')).status === 200);
    again.close();
    again.closeAllConnections();
    await forium.stop();
  },

  async 'upgraded connections pass through, both ways'(folder) {
    const app = await service('one');
    const forium = await served(folder, [`app.example=${app.url}`]);
    const {hostname, port} = new URL(forium.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    const ended = new Promise((done) => socket.on('end', done));
    socket.write('GET /echo HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await until('it is upgraded', () => text.includes('hello '));
    assert.match(text, /^HTTP\/1\.1 101 /);
    const big = 'y'.repeat(1 << 20);
    socket.write(big);
    await until('all of it came back', () => text.length >= big.length);
    socket.end();
    await ended;
    await app.stop();
    await forium.stop();
  },
};
