// SPDX-License-Identifier: Apache-2.0
// What the suite survives, under load, with two of each service: killed processes, paused servers, a partition, rolling
// restarts.   node tests/faults/suite.mjs [PART OF A NAME] [--table FILE]
// FORIUM_TEST_FULL=1: 21 rounds of kills instead of 7, pauses of 10 s instead of 4. --table writes docs/reliability.md's table.
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {connect} from 'node:tls';

import {certificates} from '../harness/certificates.mjs';
import {pause, until} from '../harness/program.mjs';
import {Suite} from '../harness/suite.mjs';
import {indexOf, searchPath} from '../search/indexed.mjs';
import {shownWords, Traffic} from './traffic.mjs';

const FULL = Boolean(process.env.FORIUM_TEST_FULL);
const ROUNDS = FULL ? 21 : 7;
const PAUSE_MS = FULL ? 10_000 : 4_000;
const RECOVERY_MS = 5_000;
const FAILOVER_MS = 1_000;
const STALE_MS = 60_000;

const arguments_ = process.argv.slice(2);
const tableAt = arguments_.indexOf('--table');
const table = tableAt < 0 ? undefined : arguments_.splice(tableAt, 2)[1];
const wanted = (arguments_[0] ?? '').toLowerCase();

const assert = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};
class Skipped extends Error {}
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const rows = [];
/** Set by a judge of search, for the row of its fault. */
let foundAgain;

/** Lets `cause` happen to a suite under load; `judge` looks at what the people outside saw. */
async function under(suite, people, name, cause, judge = () => {}) {
  const traffic = new Traffic({urls: suite.all('gateway').map(({url}) => url), token: people.admin.token, topics: people.topics});
  traffic.start();
  await pause(1000);
  const began = performance.now();
  const goneAt = await cause(traffic);
  const recoveryMs = await traffic.recovery(goneAt);
  await traffic.stop();
  const seen = traffic.failures(began);
  await judge({traffic, seen, began, goneAt, recoveryMs});

  if (foundAgain !== undefined) name += `; a new reply was found after ${seconds(foundAgain)}`;
  foundAgain = undefined;

  const shown = await shownWords(suite, people.topics);
  const there = new Set(shown);
  const lost = traffic.acknowledged.filter((word) => !there.has(word));
  const twice = shown.length - there.size;
  rows.push({name, requests: seen.all, failed: seen.failed, reads: seen.reads, broken: seen.broken,
    errors: seconds(seen.spanMs), recovery: seconds(recoveryMs), acknowledged: traffic.acknowledged.length,
    lost: lost.length, twice});
  assert(traffic.acknowledged.length > 20, `only ${traffic.acknowledged.length} replies were acknowledged`);
  assert(lost.length === 0, `${lost.length} acknowledged replies are gone: ${lost.slice(0, 5)}`);
  assert(twice === 0, `${twice} replies are there twice`);
  assert(traffic.unclean.length === 0, `${traffic.unclean.length} answers were neither success nor a 503 with Retry-After: ` +
    JSON.stringify(traffic.unclean.slice(0, 3)));
  assert(recoveryMs <= RECOVERY_MS, `it took ${seconds(recoveryMs)} to recover`);
  const counters = await suite.ok('POST', '/api/v1/admin/check-counters', {token: people.admin.token, body: {}});
  assert(counters.differences.length === 0, `counters: ${counters.differences.join('; ')}`);
}

const noneBroken = ({seen}) => assert(seen.broken === 0, `${seen.broken} connections broke`);

async function killAndReplace(part) {
  await part.kill();
  await pause(500);
  await part.serve();
  return performance.now();
}

/** How long after `since` a reply that is acknowledged from now on is found through every gateway, in ms. */
async function untilFound(suite, traffic, since) {
  const before = traffic.acknowledged.length;
  await until('another reply', () => traffic.acknowledged.length > before);
  const [word] = traffic.acknowledged.slice(-1)[0].split('-').slice(-1);
  await until('it is found', async () => {
    for (const {url} of suite.all('gateway')) {
      const answer = await fetch(url + searchPath(word));
      if (answer.status !== 200 || (await answer.json()).results.length !== 1) return false;
    }
    return true;
  });
  return performance.now() - since;
}

/** Nobody who does not search notices. */
function judgeSearch({seen}, foundMs) {
  assert(seen.failed === 0, `${seen.failed} requests failed`);
  assert(foundMs <= RECOVERY_MS, `found again only after ${seconds(foundMs)}`);
  foundAgain = foundMs;
}

const tests = {
  async 'a forum killed: reads go on, writes fail for a second at most'(suite, people) {
    await under(suite, people, 'kill -9 of one forum of two, not replaced', async () => {
      await suite.all('forum')[0].kill();
      return performance.now();
    }, ({seen, recoveryMs}) => {
      assert(seen.reads === 0, `${seen.reads} reads failed`);
      assert(recoveryMs <= FAILOVER_MS, `errors for ${seconds(recoveryMs)}`);
    });
    await suite.all('forum')[0].serve();
  },

  async 'mutual TLS: it works as before, and strangers are refused'(suite, people) {
    await proveStrangersAreRefused(suite);
    await under(suite, people, 'with mutual TLS, kill -9 of one forum', () => killAndReplace(suite.all('forum')[1]), noneBroken);
    await proveEventsFlow(suite, people);
  },

  async 'each process killed in turn'(suite, people) {
    for (let round = 0; round < ROUNDS; ++round) {
      const part = suite.parts[round % suite.parts.length];
      let found;
      await under(suite, people, `kill -9 of ${part.name}, round ${round + 1}`, async (traffic) => {
        const killedAt = performance.now();
        const goneAt = await killAndReplace(part);
        if (part.kind === 'search') found = untilFound(suite, traffic, killedAt);
        return goneAt;
      }, async (facts) => {
        if (part.kind === 'gateway') return;
        noneBroken(facts);
        assert(facts.seen.reads === 0, `${facts.seen.reads} reads failed`);
        if (part.kind === 'search') await judgeSearch(facts, await found);
      });
    }
  },

  async 'search killed while people write: its index equals the forum'(suite, people) {
    const [search] = suite.all('search');
    let found;
    await under(suite, people, 'kill -9 of the only search, away for 3 s', async (traffic) => {
      await search.kill();
      await pause(3000);
      const startedAt = performance.now();
      await search.serve();
      found = untilFound(suite, traffic, startedAt);
      return performance.now();
    }, async (facts) => judgeSearch(facts, await found));
    await proveIndexEqualsForum(suite, people);
  },

  async 'rolling restart of every service'(suite, people) {
    for (const kind of ['auth', 'forum', 'search', 'gateway']) {
      const which = suite.all(kind).length === 1 ? `the only ${kind}` : `both ${kind}s`;
      await under(suite, people, `rolling restart of ${which}`, async () => {
        for (const part of suite.all(kind)) {
          await part.stop();
          await part.serve();
        }
        return performance.now();
      }, ({seen, traffic, began}) => {
        // Who speaks to one gateway by its own address is refused while it is gone; behind a balancer nobody would ask it.
        const refused = traffic.requests.filter(({at, error}) => at >= began && error === 'ECONNREFUSED').length;
        assert(seen.failed === (kind === 'gateway' ? refused : 0), `${seen.failed - refused} of ${seen.all} requests failed: ` +
          JSON.stringify(traffic.requests.filter((it) => it.error && it.error !== 'ECONNREFUSED').slice(0, 3)));
      });
    }
  },

  async 'PostgreSQL killed'(suite, people) {
    await under(suite, people, 'PostgreSQL crashes and comes back', async () => {
      await suite.postgres.crash();
      await pause(1000);
      await suite.postgres.serve();
      return performance.now();
    }, noneBroken);
  },

  async 'PostgreSQL paused'(suite, people) {
    await under(suite, people, `PostgreSQL paused for ${PAUSE_MS / 1000} s`, async () => {
      suite.postgres.pause();
      await pause(PAUSE_MS);
      suite.postgres.resume();
      return performance.now();
    }, noneBroken);
  },

  async 'NATS killed: writes go on'(suite, people) {
    await under(suite, people, 'NATS killed and back', async () => {
      await suite.nats.program.kill();
      await pause(2000);
      await suite.nats.resume();
      return performance.now();
    }, ({seen}) => assert(seen.failed === 0, `${seen.failed} requests failed`));
  },

  async 'NATS with its store lost: writes go on, nothing is missed'(suite, people) {
    await under(suite, people, 'NATS killed, store wiped, back', async () => {
      await suite.nats.program.kill();
      suite.nats.forget();
      await suite.nats.resume();
      return performance.now();
    }, ({seen}) => assert(seen.failed === 0, `${seen.failed} requests failed`));
    await proveEventsFlow(suite, people);
  },

  async 'NATS paused: no deleted post and no ended session is served'(suite, people) {
    let staleMs = 0;
    await under(suite, people, `NATS paused for ${PAUSE_MS / 1000} s`, async () => {
      suite.nats.program.signal('SIGSTOP');
      const paused = performance.now();
      staleMs = await proveNothingStale(suite, people);
      await pause(Math.max(0, PAUSE_MS - (performance.now() - paused)));
      suite.nats.program.signal('SIGCONT');
      return performance.now();
    }, ({seen}) => assert(seen.failed === 0, `${seen.failed} requests failed`));
    rows.at(-1).name += `; a deleted post was gone after ${seconds(staleMs.page)}, an ended session after ${seconds(staleMs.session)}`;
    await proveEventsFlow(suite, people);
  },

  async 'a partition between gateways and one forum'(suite, people) {
    if (spawnSync('iptables', ['-w', '-L', 'OUTPUT', '-n']).status !== 0) throw new Skipped('iptables may not be used here');
    const {port} = suite.all('forum')[0];
    const rule = (verb) => {
      for (const side of ['--dport', '--sport']) {
        const result = spawnSync('iptables', ['-w', verb, 'OUTPUT', '-o', 'lo', '-p', 'tcp', side, String(port), '-j', 'DROP']);
        if (verb === '-A' && result.status !== 0) throw new Error(`iptables: ${result.stderr}`);
      }
    };
    await under(suite, people, `gateways cut off from one forum for ${PAUSE_MS / 1000} s`, async () => {
      rule('-A');
      try {
        await pause(PAUSE_MS);
      } finally {
        rule('-D');
      }
      return performance.now();
    }, noneBroken);
  },
};

/** Who has no certificate of ours is not answered by any process, and does not become a part of the suite. */
async function proveStrangersAreRefused(suite) {
  const strange = certificates(['forum']);
  for (const part of suite.parts) {
    const {port} = part.kind === 'gateway' ? {port: part.control.split(':')[1]} : part;
    for (const options of [{}, {key: readFileSync(strange['tls-key']), cert: readFileSync(strange['tls-certificate'])}]) {
      const refused = await new Promise((done) => {
        const socket = connect({port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'], ...options});
        socket.on('error', () => done(true)).on('close', () => done(true));
        // TLS 1.3 tells a client only with the first answer.
        socket.on('data', () => done(false));
        socket.on('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'));
      });
      assert(refused, `${part.name} speaks with ${options.cert ? 'a certificate of another authority' : 'anybody'}`);
    }
  }
}

/** Deletes a post and ends a session while events do not flow; how long guests and the session still got an answer. */
async function proveNothingStale(suite, people) {
  const {admin} = people;
  const topic = await suite.ok('POST', '/api/v1/topics', {token: admin.token,
    body: {categoryId: people.category.id, title: `Soon gone ${Math.random()}`, raw: 'Stays.'}});
  const post = await suite.ok('POST', `/api/v1/topics/${topic.id}/posts`, {token: admin.token, body: {raw: 'vanishing-word'}});
  const path = `/t/${topic.slug}/${topic.id}`;
  const gateways = suite.all('gateway').map(({url}) => url);
  const page = async (url) => (await fetch(url + path)).text();
  for (const url of gateways) assert((await page(url)).includes('vanishing-word'), 'the reply is not shown at first');
  const guest = await suite.account(`guest${Date.now()}`);
  const me = (url) => fetch(`${url}/api/v1/me`, {headers: {authorization: `Bearer ${guest.token}`}});
  for (const url of gateways) assert((await me(url)).status === 200, 'the session is not known at first');

  const began = performance.now();
  await suite.ok('DELETE', `/api/v1/posts/${post.id}`, {token: admin.token});
  await suite.ok('DELETE', '/api/v1/sessions/current', {token: guest.token});
  const ended = {};
  await Promise.all([
    until('the deleted post is gone', async () => {
      for (const url of gateways) if ((await page(url)).includes('vanishing-word')) return false;
      ended.page = performance.now() - began;
      return true;
    }, STALE_MS / 1000),
    until('the ended session is void', async () => {
      for (const url of gateways) if ((await me(url)).status === 200) return false;
      ended.session = performance.now() - began;
      return true;
    }, STALE_MS / 1000),
  ]);
  return ended;
}

/** A rename reaches the forum, so events flow from auth through NATS again. */
async function proveEventsFlow(suite, people) {
  const name = `renamed${Date.now() % 1e9}`;
  await suite.ok('PATCH', '/api/v1/me', {token: people.witness.token, body: {displayName: name}});
  await until('the new name reaches the forum', async () => {
    const topic = await suite.ok('GET', `/api/v1/topics/${people.witnessed.id}`);
    return JSON.stringify(topic).includes(name);
  }, 15);
}

/** As many posts as guests can read, and each acknowledged reply under its word. */
async function proveIndexEqualsForum(suite, people) {
  let posts = 0;
  for (const {id} of [...people.topics, people.witnessed]) posts += Number((await suite.ok('GET', `/api/v1/topics/${id}`)).postsCount);
  let index;
  await until('the index has taken everything over', async () => {
    index = await indexOf(suite, people.admin.token);
    return index.state === 'SERVING' && index.eventsBehind === 0 && index.postsCount === posts;
  }).catch(() => assert(false, `the index has ${index.postsCount} posts, the forum ${posts}; ${index.eventsBehind} events behind`));
  const shown = await shownWords(suite, people.topics);
  for (const text of shown) {
    const {results} = await suite.ok('GET', searchPath(text.split('-').at(-1)));
    assert(results.length === 1, `${text} is found ${results.length} times`);
  }
}

async function populate(suite) {
  const admin = await suite.account('ada', {admin: true});
  const {categories} = await suite.ok('GET', '/api/v1/categories');
  const category = categories[0] ??
    await suite.ok('POST', '/api/v1/categories', {token: admin.token, body: {name: 'Faults'}});
  const topics = [];
  for (let i = 0; i < 6; ++i) {
    topics.push(await suite.ok('POST', '/api/v1/topics', {token: admin.token,
      body: {categoryId: category.id, title: `Written through faults, number ${i}`, raw: 'It begins.'}}));
  }
  const witness = await suite.account('wilma');
  const witnessed = await suite.ok('POST', '/api/v1/topics', {token: witness.token,
    body: {categoryId: category.id, title: 'By someone who is renamed', raw: 'I was here.'}});
  return {admin, category, topics, witness, witnessed};
}

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, test] of Object.entries(tests)) {
  if (!name.toLowerCase().includes(wanted)) continue;
  let suite;
  try {
    suite = await Suite.start({gateways: 2, auths: 2, forums: 2, flags: ['--no-rate-limit', '--no-access-log'],
      tls: name.startsWith('mutual TLS')});
    await test(suite, await populate(suite));
    ++passed;
    console.log(`ok      ${name}`);
  } catch (error) {
    if (error instanceof Skipped) {
      ++skipped;
      console.log(`skipped ${name}: ${error.message}`);
      continue;
    }
    ++failed;
    console.error(`FAILED  ${name}\n  ${error.message}`);
    if (process.env.FORIUM_TEST_LOGS) console.error(suite?.output.slice(-6000));
  } finally {
    await suite?.stop();
  }
}
if (rows.length) console.log(markdown());
if (table) {
  const text = readFileSync(table, 'utf8');
  const [head, , tail] = text.split(/(?<=<!-- table -->)[\s\S]*?(?=<!-- end -->)|(?=<!-- end -->)/);
  writeFileSync(table, `${head}\n${markdown()}\n${tail ?? '<!-- end -->\n'}`);
}
console.log(`suite faults: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function markdown() {
  const head = ['what happened', 'requests', 'failed', 'of them reads', 'connections broken', 'first to last error',
    'recovered after', 'replies acknowledged', 'lost', 'twice'];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    `${cpus().length} cores, load and everything else on one machine; ${new Date().toISOString().slice(0, 10)}.`, '',
    line(head), line(head.map(() => '---')),
    ...rows.map((row) => line([row.name, row.requests, row.failed, row.reads, row.broken, row.errors, row.recovery,
      row.acknowledged, row.lost, row.twice])),
  ].join('\n');
}
