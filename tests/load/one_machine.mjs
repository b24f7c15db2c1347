// SPDX-License-Identifier: Apache-2.0
// The numbers of a community on one machine: pages, API, writes, import, memory, bytes. Forium serves the imported
// corpus; nginx serves the same bytes as files, in turns.
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {command, CORPUS, Forium, temporaryFolder} from '../harness/forium.mjs';
import {measureInBrowser} from './browser.mjs';
import {body, longTopics, pathOf, QUIET, ROUNDS, round, typicalTopic} from './corpus.mjs';
import {fixedRate, have, median, nginx, residentMb, wrk} from './tools.mjs';

export async function measureOneMachine({record, seconds, only}) {
  const archive = join(CORPUS, 'urho3d-discourse-topics.jsonl.xz');
  if (!have(archive)) throw new Error(`the corpus is missing: ${archive}`);
  const folder = temporaryFolder('forium-bench');
  const data = join(folder, 'data');
  const bench = {record, seconds, folder, data, wants: (part) => part.includes(only)};
  try {
    importCorpus(bench, archive);
    if (bench.wants('memory')) await measureMemory(bench);
    if (bench.wants('cached')) await measureCached(bench);
    if (bench.wants('fresh')) await measureFresh(bench);
    if (bench.wants('api')) await measureApi(bench);
    if (bench.wants('browser')) await withForium(bench, [], (forium) => measureInBrowser(bench, forium));
    if (bench.wants('write')) await measureWrites(bench);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function withForium(bench, flags, body) {
  const forium = await Forium.start({data: bench.data, flags: [...QUIET, ...flags]});
  try {
    return await body(forium);
  } finally {
    await forium.stop();
  }
}

function importCorpus({record, data}, archive) {
  const began = performance.now();
  const result = command(['import', 'discourse', '--data', data, '--categories', join(CORPUS, 'categories.json'), archive]);
  const took = (performance.now() - began) / 1000;
  console.error(`  ${result.stdout.trim()}`);
  record({name: 'import of the corpus', value: round(took, 1), unit: 's', bound: '<= 12 s', ok: took <= 12});
}

async function measureMemory({record, data, ...bench}) {
  const forium = await Forium.start({data, flags: QUIET});
  record({name: 'ready after start', value: round(forium.readyMs), unit: 'ms', bound: '<= 500 ms',
    ok: forium.readyMs <= 500});
  try {
    let seen = 0;
    for (let token = ''; seen < 1000;) {
      const page = await forium.ok('GET', `/api/v1/topics?page_size=100&page_token=${encodeURIComponent(token)}`);
      for (const topic of page.topics) {
        const answer = await fetch(forium.url + pathOf(topic));
        await answer.arrayBuffer();
        if (answer.status !== 200) throw new Error(`${pathOf(topic)}: ${answer.status}`);
        ++seen;
      }
      token = page.nextPageToken;
    }
    await new Promise((idle) => setTimeout(idle, 5000));
    const mb = residentMb(forium.pid);
    record({name: 'resident memory after 1,000 pages', value: round(mb), unit: 'MB', bound: '<= 100 MB', ok: mb <= 100});
  } finally {
    await forium.stop();
  }
}

async function measureCached(bench) {
  const {record, seconds, folder} = bench;
  await withForium(bench, [], async (forium) => {
    const topic = await typicalTopic(forium);
    for (const encoding of ['identity', 'br']) {
      const headers = {'Accept-Encoding': encoding};
      const bytes = await body(forium.url + pathOf(topic), headers);
      mkdirSync(join(folder, 'www'), {recursive: true});
      writeFileSync(join(folder, 'www/page'), bytes);
      const peer = await nginx(folder);
      const ours = [];
      const theirs = [];
      try {
        for (let i = 0; i < ROUNDS; ++i) {
          theirs.push((await wrk(`${peer.url}/page`, {seconds, headers})).rate);
          ours.push((await wrk(forium.url + pathOf(topic), {seconds, headers})).rate);
        }
      } finally {
        await peer.stop();
      }
      const ratio = median(ours) / median(theirs);
      record({name: `cached topic page, ${encoding}, ${bytes.length} B`, value: round(ratio, 2), unit: '× nginx',
        bound: '>= 0.8 × nginx', ok: ratio >= 0.8,
        peer: `nginx ${round(median(theirs))}/s, Forium ${round(median(ours))}/s`});
    }
  });
}

async function measureFresh(bench) {
  await withForium(bench, ['--no-page-cache'], async (forium) => {
    const topic = await typicalTopic(forium);
    const url = forium.url + pathOf(topic);
    const headers = {'Accept-Encoding': 'identity'};
    await wrk(url, {seconds: 2, headers});
    const rates = [];
    for (let i = 0; i < ROUNDS; ++i) rates.push((await wrk(url, {seconds: bench.seconds, headers})).rate);
    const rate = median(rates);
    bench.record({name: 'fresh topic page, 64 connections', value: round(rate), unit: 'pages/s',
      bound: '>= 2,700 pages/s', ok: rate >= 2700});
    const {p95, errors} = await fixedRate(url, {rate: rate * 0.6, seconds: bench.seconds, folder: bench.folder, headers});
    bench.record({name: 'the same at 60 % of that rate, p95', value: round(p95, 2), unit: 'ms', bound: '<= 5 ms',
      ok: p95 <= 5 && errors === 0});
  });
}

async function measureApi(bench) {
  await withForium(bench, [], async (forium) => {
    const topic = await typicalTopic(forium);
    const results = [];
    for (let i = 0; i < ROUNDS; ++i) {
      results.push(await wrk(`${forium.url}/api/v1/topics/${topic.id}`, {seconds: bench.seconds}));
    }
    const rate = median(results.map((it) => it.rate));
    const p95 = median(results.map((it) => it.p95));
    bench.record({name: 'API topic with 20 posts, 64 connections', value: round(rate), unit: '/s', bound: '>= 5,000/s',
      ok: rate >= 5000 && results.every((it) => it.errors === 0)});
    bench.record({name: 'the same, p95', value: round(p95, 1), unit: 'ms', bound: '<= 20 ms', ok: p95 <= 20});
  });
}

/** Last, because it changes the data. Each writer answers only when its post is synced (synchronous=FULL). */
async function measureWrites(bench) {
  await withForium(bench, [], async (forium) => {
    const writer = await forium.account('benchmark');
    const open = (await longTopics(forium, 400)).filter((topic) => !topic.closed && !topic.archived).slice(0, 64);
    const args = [writer.token, ...open.map((topic) => topic.id)];
    const load = (connections) => wrk(forium.url, {connections, seconds: bench.seconds, script: 'reply.lua', args});
    const many = [];
    for (let i = 0; i < ROUNDS; ++i) many.push(await load(64));
    const rate = median(many.map((it) => it.rate));
    bench.record({name: 'durable replies, 64 writers', value: round(rate), unit: '/s', bound: '>= 3,000/s',
      ok: rate >= 3000 && many.every((it) => it.errors === 0)});
    const one = await load(1);
    bench.record({name: 'durable reply, one writer, p50', value: round(one.p50, 2), unit: 'ms', bound: '<= 3 ms',
      ok: one.p50 <= 3 && one.errors === 0});
  });
}
