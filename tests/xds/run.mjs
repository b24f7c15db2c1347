// SPDX-License-Identifier: Apache-2.0
// Claims about discovery, each with Forium's own client and two that share no code with it: gRPC C++ and gRPC for Node.
//   node tests/xds/run.mjs [words of a claim]
import assert from 'node:assert/strict';
import {setTimeout as sleep} from 'node:timers/promises';

import {certificates} from '../harness/certificates.mjs';
import {freePort} from '../harness/program.mjs';
import {Suite, count, metric, take, until} from './suite.mjs';

const ALL = ['forium', 'c++', 'node'];
const claims = [];
const claim = (name, check, kinds = ALL) => claims.push({name, check, kinds});

async function withControl(suite) {
  const port = await freePort();
  return {port, gateway: `127.0.0.1:${port}`, control: await suite.control(port)};
}

claim('calls are spread by weight', async (suite) => {
  const {gateway} = await withControl(suite);
  await suite.backend('light', gateway, {weight: 1});
  await suite.backend('heavy', gateway, {weight: 3});
  const client = await suite.client(gateway);
  await until(client, 'heavy,light');
  const {answers, errors} = await count(client, 2500);
  const share = answers.heavy / (answers.heavy + answers.light);
  assert.equal(errors, 0);
  assert.ok(share > 0.68 && share < 0.82, `three quarters are due, ${share.toFixed(2)} came`);
  return `${Math.round(share * 100)} % of the calls went to three quarters of the weight`;
});

claim('endpoints come and go without a failed call', async (suite) => {
  const {gateway} = await withControl(suite);
  await suite.backend('one', gateway);
  const client = await suite.client(gateway);
  await until(client, 'one');
  const two = await suite.backend('two', gateway);
  const came = await until(client, 'one,two');
  two.say('unhealthy');
  const drained = await until(client, 'one');
  two.say('healthy');
  const back = await until(client, 'one,two');
  await two.end();
  const gone = await until(client, 'one');
  for (const step of [came, drained, back, gone]) {
    assert.equal(step.errors, 0);
    assert.ok(step.took < 2000, `${step.took} ms`);
  }
  return `added ${came.took} ms, unhealthy ${drained.took} ms, back ${back.took} ms`;
});

claim('a killed process costs the call in flight and goes after the grace', async (suite) => {
  const {gateway, control} = await withControl(suite);
  await suite.backend('one', gateway);
  const two = await suite.backend('two', gateway);
  const client = await suite.client(gateway);
  await until(client, 'one,two');
  await take(client);
  await two.kill();
  const killed = Date.now();
  let errors = 0;
  while (await metric(control, 'forium_xds_endpoints{service="echo"}') !== 1) {
    assert.ok(Date.now() - killed < 6000, 'still there after 6 s');
    await sleep(50);
    errors += (await take(client)).errors;
  }
  const took = Date.now() - killed;
  assert.ok(took > 2500, `gone after ${took} ms already`);
  errors += (await count(client, 500)).errors;
  assert.ok(errors <= 1, `${errors} calls failed`);
  return `${errors} failed, forgotten after ${took} ms`;
});

claim('without a control plane traffic goes on; a new one updates within 2 s', async (suite) => {
  const {gateway, control, port} = await withControl(suite);
  await suite.backend('one', gateway);
  await suite.backend('two', gateway);
  const client = await suite.client(gateway);
  await until(client, 'one,two');
  await control.kill();
  const alone = await count(client, 3000);
  assert.equal(alone.names, 'one,two');
  await suite.backend('three', gateway);
  await take(client);
  await suite.control(port);
  const updated = await until(client, 'one,three,two');
  assert.equal(alone.errors + updated.errors, 0);
  // Node's client has a back-off of its own, which grew for 3 s.
  const bound = suite.kind === 'forium' ? 2500 : 6000;
  assert.ok(updated.took < bound, `updated after ${updated.took} ms`);
  return `updated ${updated.took} ms after its start, none failed`;
});

claim('a call leaves its zone only when nothing healthy is left there', async (suite) => {
  const {gateway} = await withControl(suite);
  const near = await suite.backend('near', gateway, {zone: 'a'});
  await suite.backend('far', gateway, {zone: 'b', weight: 100});
  const client = await suite.client(gateway, {zone: 'a'});
  await until(client, 'near');
  const home = await count(client, 1000);
  assert.deepEqual([home.names, home.errors], ['near', 0]);
  near.say('unhealthy');
  const away = await until(client, 'far');
  near.say('healthy');
  const back = await until(client, 'near');
  assert.equal(away.errors + back.errors, 0);
  return `left after ${away.took} ms, back after ${back.took} ms`;
});

claim('the last process of a zone is killed: others serve at once', async (suite) => {
  const {gateway} = await withControl(suite);
  const near = await suite.backend('near', gateway, {zone: 'a'});
  await suite.backend('far', gateway, {zone: 'b'});
  const client = await suite.client(gateway, {zone: 'a'});
  await until(client, 'near');
  await near.kill();
  const away = await until(client, 'far');
  assert.ok(away.took < 1000 && away.errors < 200, `${away.took} ms, ${away.errors} failed`);
  return `${away.errors} failed in ${away.took} ms`;
});

claim('a service that nobody serves is answered quickly', async (suite) => {
  const {gateway} = await withControl(suite);
  const client = await suite.client(gateway, {target: 'xds:///nobody'});
  // Forium waits for two seconds whether somebody comes.
  await sleep(3000);
  const {errors} = await take(client);
  assert.ok(errors > 0, 'no answer in 3 s');
  await suite.backend('late', gateway, {service: 'nobody'});
  const came = await until(client, 'late');
  assert.ok(came.took < 2500, `found ${came.took} ms after it came`);
});

claim('a client may be there before the control plane', async (suite) => {
  const port = await freePort();
  const client = await suite.client(`127.0.0.1:${port}`);
  await sleep(3000);
  const control = Date.now();
  await suite.control(port);
  await suite.backend('one', `127.0.0.1:${port}`);
  await until(client, 'one');
  const took = Date.now() - control;
  assert.ok(took < (suite.kind === 'forium' ? 2500 : 8000), `${took} ms`);
  return `first answer ${took} ms after the start of the control plane`;
});

claim('mutual TLS on all ways', async (suite) => {
  const tls = certificates(['echo', 'localhost']);
  const port = await freePort();
  const gateway = `localhost:${port}`;
  await suite.control(port, tls);
  await suite.backend('one', gateway, tls);
  const client = await suite.client(gateway, tls);
  const first = await until(client, 'one');
  const plain = new Suite('forium');
  try {
    const stranger = await plain.client(gateway);
    assert.equal((await count(stranger, 1500)).names, '', 'a client without a certificate is answered');
  } finally {
    await plain.end();
  }
  return `first answer after ${first.took} ms`;
}, ['forium']);

claim('with two control planes one may go', async (suite) => {
  const [first, second] = [await withControl(suite), await withControl(suite)];
  const both = `${first.gateway},${second.gateway}`;
  const one = await suite.backend('one', both);
  const client = await suite.client(both);
  await until(client, 'one');
  await first.control.kill();
  await take(client);
  await suite.backend('two', both);
  const updated = await until(client, 'one,two');
  assert.equal(updated.errors, 0);
  assert.ok(updated.took < 4000, `${updated.took} ms`);
  one.say('trouble');
  assert.match(await one.line(), new RegExp(first.gateway));
  return `the other one was followed after ${updated.took} ms`;
}, ['forium']);

let passed = 0;
let failed = 0;
const wanted = process.argv.slice(2).join(' ');
for (const {name, check, kinds} of claims) {
  if (!name.includes(wanted)) continue;
  for (const kind of kinds) {
    const suite = new Suite(kind);
    try {
      const figures = await check(suite);
      ++passed;
      console.log(`ok   ${kind}: ${name}${figures ? ` (${figures})` : ''}`);
    } catch (error) {
      ++failed;
      console.log(`FAIL ${kind}: ${name}\n     ${error.message}`);
      if (process.env.VERBOSE) for (const peer of suite.peers) console.log(peer.child.spawnargs.join(' '), peer.errors);
    } finally {
      await suite.end();
    }
  }
}
console.log(`xds: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
