// SPDX-License-Identifier: Apache-2.0
// The numbers of the suite: one gateway, one auth, one forum as processes on PostgreSQL and NATS, with the imported corpus.
import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {join} from 'node:path';

import {Traffic} from '../faults/traffic.mjs';
import {command, CORPUS, Forium, temporaryFolder} from '../harness/forium.mjs';
import {Postgres} from '../harness/postgres.mjs';
import {pause} from '../harness/program.mjs';
import {BINARIES, Suite} from '../harness/suite.mjs';
import {longTopics, pathOf, QUIET, ROUNDS, round, typicalTopic} from './corpus.mjs';
import {fixedRate, median, wrk} from './tools.mjs';

const GATEWAY = ['--no-rate-limit', '--no-access-log', '--no-page-cache'];

export async function measureSuite({record, seconds, only}) {
  const folder = temporaryFolder('forium-bench-suite');
  const bench = {record, seconds, folder, wants: (part) => part.includes(only)};
  try {
    if (bench.wants('page') || bench.wants('call')) await measurePages(bench);
    if (bench.wants('failover')) await measureFailover(bench);
    if (bench.wants('events')) await measureEvents(bench);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function importInto(dsn, data) {
  const result = command(['import', 'discourse', '--data', data, '--database-dsn', dsn,
    '--categories', join(CORPUS, 'categories.json'), join(CORPUS, 'urho3d-discourse-topics.jsonl.xz')]);
  console.error(`  ${result.stdout.trim()}`);
}

async function measurePages(bench) {
  const data = join(bench.folder, 'data');
  const suite = await Suite.start({flags: GATEWAY, prepare: (dsn) => importInto(dsn, data)});
  try {
    const topic = await typicalTopic(suite);
    if (bench.wants('page')) await measureFresh(bench, suite.url + pathOf(topic));
    if (bench.wants('call')) await measureCall(bench, suite, data, topic);
  } finally {
    await suite.stop();
  }
}

async function measureFresh(bench, url) {
  const headers = {'Accept-Encoding': 'identity'};
  await wrk(url, {seconds: 2, headers});
  const loads = [];
  for (let i = 0; i < ROUNDS; ++i) loads.push(await wrk(url, {seconds: bench.seconds, headers}));
  const rate = median(loads.map((it) => it.rate));
  bench.record({name: 'suite: fresh topic page, 64 connections', value: round(rate), unit: 'pages/s', bound: '>= 1,200 pages/s',
    ok: rate >= 1200 && loads.every((it) => it.errors === 0)});
  const {p95, errors} = await fixedRate(url, {rate: rate * 0.6, seconds: bench.seconds, folder: bench.folder, headers});
  bench.record({name: 'suite: the same at 60 % of that rate, p95', value: round(p95, 2), unit: 'ms', bound: '<= 15 ms',
    ok: p95 <= 15 && errors === 0});
}

/** One connection, so that nothing waits: the same call on the same database, through processes and within one. */
async function measureCall(bench, suite, data, topic) {
  const path = `/api/v1/topics/${topic.id}`;
  const within = await Forium.start({data, flags: [...QUIET, '--database-dsn', suite.dsn]});
  try {
    const apart = [];
    const together = [];
    for (let i = 0; i < ROUNDS; ++i) {
      apart.push((await wrk(suite.url + path, {connections: 1, seconds: bench.seconds})).p50);
      together.push((await wrk(within.url + path, {connections: 1, seconds: bench.seconds})).p50);
    }
    const added = median(apart) - median(together);
    bench.record({name: 'suite: added by gRPC to a topic call, p50', value: round(added, 3), unit: 'ms', bound: '<= 0.2 ms',
      ok: added <= 0.2, peer: `in one process ${round(median(together), 3)} ms, apart ${round(median(apart), 3)} ms`});
  } finally {
    await within.stop();
  }
}

async function measureFailover({record}) {
  const suite = await Suite.start({forums: 2, flags: GATEWAY});
  try {
    const admin = await suite.account('ada', {admin: true});
    const {categories: [category]} = await suite.ok('GET', '/api/v1/categories');
    const topics = [];
    for (let i = 0; i < 4; ++i) {
      topics.push(await suite.ok('POST', '/api/v1/topics',
        {token: admin.token, body: {categoryId: category.id, title: `Failing over, number ${i}`, raw: 'It begins.'}}));
    }
    const traffic = new Traffic({urls: [suite.url], token: admin.token, topics}).start();
    await pause(1500);
    await suite.all('forum')[0].kill();
    const killed = performance.now();
    const errorsMs = await traffic.recovery(killed);
    await traffic.stop();
    const seen = traffic.failures(killed - 100);
    record({name: 'suite: errors after kill -9 of one forum of two', value: round(errorsMs), unit: 'ms', bound: '<= 1,000 ms',
      ok: errorsMs <= 1000, peer: `${seen.failed} of ${seen.all} requests`});
    record({name: 'suite: reads that failed meanwhile', value: seen.reads, unit: 'reads', bound: '<= 0 reads', ok: seen.reads === 0});
  } finally {
    await suite.stop();
  }
}

/** From a commit on PostgreSQL through the relay and NATS to a consumer that writes to its own database. */
async function measureEvents({record, folder, seconds}) {
  const postgres = await Postgres.start();
  try {
    const dsn = await postgres.database('events');
    const said = execFileSync(join(BINARIES, 'services/base/events/bench'),
      [join(folder, 'events'), '--postgres', dsn, '--seconds', String(seconds)], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
    const {runs} = JSON.parse(said);
    const run = (name) => runs.find((it) => it.name.startsWith(name));
    const quiet = run('quiet, effect');
    record({name: 'events over NATS, commit to consumer, p95', value: quiet.ms_p95, unit: 'ms', bound: '<= 20 ms',
      ok: quiet.complete && quiet.ms_p95 <= 20, peer: `p50 ${quiet.ms_p50} ms`});
    const most = run('as many');
    record({name: 'events over NATS, sustained', value: most.heard_per_second, unit: '/s', bound: '>= 5,000/s',
      ok: most.complete && most.heard_per_second >= 5000});
  } finally {
    await postgres.stop();
  }
}
