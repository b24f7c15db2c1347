// SPDX-License-Identifier: Apache-2.0
// What the server tells of itself: to an administrator, on the terminal, on the admin port.
import {strict as assert} from 'node:assert';
import {join} from 'node:path';

import {command, Forium} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';

const PATIENCE = 10_000;

/** Asks until `holds` does; the last answer. */
async function until(ask, holds) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (holds(answer) || performance.now() > end) return answer;
    await new Promise((again) => setTimeout(again, 200));
  }
}

async function asked(forium, admin) {
  const answer = await fetch(`${forium.url}/api/v1/edge`, {headers: {authorization: `Bearer ${admin.token}`}});
  assert.equal(answer.status, 200);
  return answer.json();
}

async function read(url, times, expected) {
  for (let i = 0; i < times; ++i) {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    if (expected) assert.equal(answer.status, expected);
  }
}

export const tests = {
  async 'the numbers of the status move with the traffic'(folder) {
    const forium = await Forium.start({data: join(folder, 'data'), flags: ['--no-rate-limit']});
    const admin = await forium.account('ada', {admin: true});
    const before = await asked(forium, admin);
    await read(`${forium.url}/`, 40, 200);
    await read(`${forium.url}/api/v1/nothing`, 5, 404);
    const after = await until(() => asked(forium, admin), (it) => it.requests.lastMinute >= before.requests.lastMinute + 45);
    assert.ok(after.requests.total >= before.requests.total + 45);
    assert.ok(after.requests.lastMinute >= before.requests.lastMinute + 45, `${after.requests.lastMinute} in the last minute`);
    assert.ok(after.requests.perSecond > 0);
    assert.ok(after.requests.byStatus['4xx'].total >= before.requests.byStatus['4xx'].total + 5);
    assert.ok(after.requests.history.some((count) => count > 0));
    assert.ok(after.connections.http1 >= 1);
    assert.ok(after.cache.hits >= 39 && after.cache.pages >= 1 && after.cache.bytes > 0);
    assert.ok(after.cache.lastMinute.hitRatio > 0.5);
    const route = after.routes.find(({pattern}) => pattern === '/api/v1/edge');
    assert.ok(route.requests >= 1 && route.meanMilliseconds > 0 && route.p95Milliseconds > 0 && route.failures === 0);
    assert.equal(after.eventBusConnected, true);
    await forium.stop();
  },

  async 'certificates are listed with their end'(folder) {
    const certificates = join(folder, 'certificates');
    command(['cert', '--out', certificates, 'forum.example', 'other.example']);
    const forium = await Forium.start({data: join(folder, 'data'), flags: ['--no-rate-limit', '--no-https-redirect',
      '--https-listen', `127.0.0.1:${await freePort()}`, '--certificates', certificates]});
    const admin = await forium.account('ada', {admin: true});
    const {certificates: listed} = await asked(forium, admin);
    assert.equal(listed.length, 1);
    for (const host of ['forum.example', 'other.example']) assert.ok(listed[0].hosts.includes(host), `${listed[0].hosts}`);
    assert.equal(listed[0].source, 'file');
    assert.equal(listed[0].state, 'valid');
    assert.equal(listed[0].daysLeft, Math.floor((Date.parse(listed[0].notAfter) - Date.now()) / 86_400_000));
    await forium.stop();
  },

  async 'limits that are hit are counted by class'(folder) {
    const forium = await Forium.start({data: join(folder, 'data'), flags: ['--rate-per-second', '1', '--rate-burst', '5']});
    const admin = await forium.account('ada', {admin: true});
    await read(`${forium.url}/latest`, 30);
    const status = await until(() => asked(forium, admin),
      ({limits}) => limits.classes.find(({name}) => name === 'page').lastMinute > 0);
    const pages = status.limits.classes.find(({name}) => name === 'page');
    assert.ok(pages.total >= 10, `${pages.total} over the rate`);
    assert.ok(pages.lastMinute >= 10, `${pages.lastMinute} in the last minute`);
    await forium.stop();
  },

  async 'the terminal and the admin port tell it too'(folder) {
    const data = join(folder, 'data');
    const adminPort = await freePort();
    const forium = await Forium.start({data, flags: ['--admin-listen', `127.0.0.1:${adminPort}`]});
    const words = command(['status', '--data', data]).stdout;
    assert.match(words, /^Forium \d+\.\d+\.\d+ +up \d+ s, [\d.]+ MB of memory\n/);
    assert.match(words, /^certificates +none$/m);
    const document = JSON.parse(command(['status', '--data', data, '--json']).stdout);
    const served = await fetch(`http://127.0.0.1:${adminPort}/status`);
    assert.equal(served.headers.get('content-type'), 'application/json');
    assert.equal((await served.json()).startedAt, document.startedAt);
    await forium.stop();
    const nobody = command(['status', '--data', data], {allowFailure: true});
    assert.equal(nobody.status, 1);
    assert.match(nobody.stderr, /Nobody serves /);
  },
};
