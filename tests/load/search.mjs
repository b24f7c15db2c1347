// SPDX-License-Identifier: Apache-2.0
// The numbers of the search, at a million posts (--posts for fewer, which then say nothing about the bounds at a million). Rate limits are
// off, connections stay open, and every round asks queries that were not asked before.
import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {Forium, temporaryFolder} from '../harness/forium.mjs';
import {pause, until} from '../harness/program.mjs';
import {withImported} from '../search/imported.mjs';
import {indexOf, searchPath, uniqueWord, untilIndexed} from '../search/indexed.mjs';
import {askAll, BOUNDS, queriesOf, score} from '../search/quality.mjs';
import {ask} from './asker.mjs';
import {longTopics, pathOf, QUIET, round, typicalTopic} from './corpus.mjs';
import {Random} from './grow/random.mjs';
import {copyOf, prepared} from './prepared.mjs';
import {cpuMs, fixedRate, median, percentile, residentMb, wrk} from './tools.mjs';

const AT_ONCE = 8;
// Less than a round of 1,000 queries takes, or little more.
const ROUND_SECONDS = 2;
const SAMPLES = 100;
const REST_MS = 60_000;
// Of what is asked at once at most: while a rebuild is measured there is somebody to serve, not a crowd.
const USUAL_SHARE = 0.1;
const ADMIN = 'benchmark';

const PARTS = {query: measureQueries, suggest: measureSuggestions, fresh: measureFreshness, rebuild: measureRebuild, size: measureSize,
  quality: measureQuality};

/** @param {{record: Function, seconds: number, only: string, posts: number, part: string, slow?: (answers: object[]) => void}} options */
export async function measureSearch({record, seconds, only, posts, part, slow}) {
  const community = await prepared(posts);
  const folder = temporaryFolder('forium-bench-search');
  const at = posts === 1_000_000 ? '' : ` (${posts.toLocaleString('en')} posts)`;
  const bench = {seconds, folder, part, slow, recorded: community.recorded, data: copyOf(community.data, join(folder, 'data')),
    record: (result) => record({...result, name: result.name + at})};
  const wants = (name) => only.split(',').some((wanted) => name.includes(wanted));
  try {
    await withForium(bench, [], async (forium) => {
      bench.admin = (await forium.account(ADMIN, {admin: true})).token;
      await measureFirstBuild(bench, forium);
    });
    if (wants('memory')) await measureMemory(bench);
    await withForium(bench, [], async (forium) => {
      await untilIndexed(forium, bench.admin);
      for (const [name, measure] of Object.entries(PARTS)) if (wants(name)) await measure(bench, forium);
    });
    if (wants('pages')) await measurePages(bench);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function withForium({data}, flags, body) {
  const forium = await Forium.start({data, flags: [...QUIET, ...flags]});
  try {
    return await body(forium);
  } finally {
    await forium.stop();
  }
}

/** Nobody else is served yet: no bound, but what a rebuild is compared with. */
async function measureFirstBuild(bench, forium) {
  const began = performance.now();
  const {postsCount} = await untilIndexed(forium, bench.admin, 1800);
  const seconds = (performance.now() - began) / 1000;
  const cpu = cpuMs(forium.pid) / 1000;
  console.error(`  ${postsCount} posts indexed in ${round(seconds, 1)} s: ${round(postsCount / seconds)} posts/s with nobody else to serve, ${round(cpu)} s of CPU`);
}

/** After a start with the index there, a search and a minute of rest. */
async function measureMemory(bench) {
  await withForium(bench, [], async (forium) => {
    await untilIndexed(forium, bench.admin);
    await forium.ok('GET', searchPath(bench.recorded[0][0].query));
    await pause(REST_MS);
    const mb = residentMb(forium.pid);
    bench.record({name: 'resident memory, idle for a minute', value: round(mb), unit: 'MB', bound: '<= 150 MB', ok: mb <= 150});
  });
}

const pathsOf = (queries, more) => queries.map(({query}) => searchPath(query, more));

function failIfAny({failed, failure, answers}) {
  if (failed > 0) throw new Error(`${failed} of ${answers.length} failed, as ${failure.path}: ${failure.status} ${failure.text}`);
}

/** The paths in turn, 8 at a time, by a client that leaves the processors to the server. */
async function askInTurn({folder}, forium, paths) {
  const file = join(folder, 'paths');
  writeFileSync(file, paths.join('\n') + '\n');
  const result = await wrk(forium.url, {connections: AT_ONCE, seconds: ROUND_SECONDS, script: 'paths.lua', args: [file]});
  if (result.errors > 0) throw new Error(`${result.errors} failed`);
  return result;
}

/** What the machine has of the community's files in its memory it may take away from who rests: it is read again. */
const recall = ({data}) => execFileSync('sh', ['-c', 'find "$0" -type f -exec cat {} + > /dev/null', data]);

async function measureQueries(bench, forium) {
  const [warm, ...rounds] = bench.recorded;
  recall(bench);
  await ask(forium.url, pathsOf(warm), {atOnce: AT_ONCE});
  const results = [];
  const used = cpuMs(forium.pid);
  for (const queries of rounds) results.push(await askInTurn(bench, forium, pathsOf(queries)));
  const cpu = (cpuMs(forium.pid) - used) / (ROUND_SECONDS * results.reduce((sum, {rate}) => sum + rate, 0));
  const of = (name) => median(results.map((it) => it[name]));
  bench.rate = of('rate');
  const facets = await askInTurn(bench, forium, pathsOf(rounds[0], '&facets=true'));
  // Once more by a client that remembers each answer.
  const told = await ask(forium.url, pathsOf(rounds.flat()), {atOnce: AT_ONCE});
  failIfAny(told);
  bench.slow?.(told.answers);
  const peer = `${round(bench.rate)}/s, ${round(cpu, 1)} ms of CPU each, p99 ${round(of('p99'), 1)} ms; with facets p50 ${round(facets.p50, 1)}, p95 ${round(facets.p95, 1)} ms`;
  bench.record({name: 'query, 8 at once, p50', value: round(of('p50'), 1), unit: 'ms', bound: '<= 8 ms', ok: of('p50') <= 8, peer});
  bench.record({name: 'the same, p95', value: round(of('p95'), 1), unit: 'ms', bound: '<= 30 ms', ok: of('p95') <= 30, peer: byKind(rounds, told.answers)});
}

/** p95 of each kind of query, for the client that remembers answers, which takes a third of the processors. */
function byKind(rounds, answers) {
  const kindOf = new Map(rounds.flat().map(({kind, query}) => [searchPath(query), kind]));
  const times = new Map();
  for (const {path, ms} of answers) {
    times.set(kindOf.get(path), [...(times.get(kindOf.get(path)) ?? []), ms]);
  }
  return [...times].map(([kind, ms]) => `${kind} ${round(percentile(ms, 95), 1)}`).join(', ');
}

/** Every recorded query as it is typed: three of its beginnings, from two letters on. */
async function measureSuggestions(bench, forium) {
  const random = new Random(1);
  const typed = (queries) => queries.flatMap(({query}) => Array.from({length: 3}, () => query.slice(0, 2 + random.below(Math.max(1, query.length - 2)))))
    .map((text) => `/api/v1/search/suggestions?q=${encodeURIComponent(text)}`);
  const [warm, ...rounds] = bench.recorded;
  await ask(forium.url, typed(warm), {atOnce: AT_ONCE});
  const results = [];
  for (const queries of rounds) results.push(await askInTurn(bench, forium, typed(queries)));
  const of = (name) => median(results.map((it) => it[name]));
  bench.record({name: 'suggestions while typing, 8 at once, p95', value: round(of('p95'), 1), unit: 'ms', bound: '<= 15 ms', ok: of('p95') <= 15,
    peer: `p50 ${round(of('p50'), 1)} ms, ${round(of('rate'))}/s`});
}

/** From the answer to a reply, which comes after the commit, until a search finds it. */
async function measureFreshness(bench, forium) {
  const open = (await longTopics(forium, 400)).filter((topic) => !topic.closed && !topic.archived);
  const took = [];
  for (let i = 0; i < SAMPLES; ++i) {
    const word = uniqueWord();
    const topic = open[i % open.length];
    await forium.ok('POST', `/api/v1/topics/${topic.id}/posts`, {token: bench.admin, body: {raw: `What ${word} means is told in the next post.`}});
    const committed = performance.now();
    for (;;) {
      const {results = []} = await forium.ok('GET', searchPath(word));
      if (results.some(({topicId}) => topicId === topic.id)) break;
      if (performance.now() - committed > 30_000) throw new Error(`a post was not found within 30 s`);
      await pause(10);
    }
    took.push(performance.now() - committed);
  }
  const p95 = percentile(took, 95);
  bench.record({name: `post committed to found, p95 of ${SAMPLES}`, value: round(p95), unit: 'ms', bound: '<= 1,000 ms', ok: p95 <= 1000,
    peer: `p50 ${round(percentile(took, 50))} ms`});
}

/** Queries at a tenth of the rate that 8 at once have; before, and during the whole rebuild. */
async function measureRebuild(bench, forium) {
  const [warm, ...rounds] = bench.recorded;
  const queries = pathsOf(rounds.flat());
  const rate = USUAL_SHARE * (bench.rate ?? (await ask(forium.url, pathsOf(warm), {atOnce: AT_ONCE})).rate);
  const before = await ask(forium.url, queries, {rate, until: pause(2000 * bench.seconds)});
  const old = await indexOf(forium, bench.admin);
  const began = performance.now();
  await forium.ok('POST', '/api/v1/admin/search/rebuild', {token: bench.admin, body: {}});
  let seconds;
  const rebuilt = until('the index is built anew', async () => {
    const index = await indexOf(forium, bench.admin);
    if (index.builtAt === old.builtAt || index.rebuild || index.state !== 'SERVING') return false;
    seconds = (performance.now() - began) / 1000;
    return index;
  }, 900);
  const during = await ask(forium.url, queries, {rate, until: rebuilt});
  const {postsCount} = await rebuilt;
  failIfAny(before);
  failIfAny(during);
  const speed = postsCount / seconds;
  const ratio = during.p95 / before.p95;
  bench.record({name: 'rebuild while serving', value: round(speed), unit: 'posts/s', bound: '>= 8,000 posts/s', ok: speed >= 8000,
    peer: `${round(seconds, 1)} s; ${round(rate)} queries/s meanwhile`});
  bench.record({name: 'query p95 during it, over before', value: round(ratio, 2), unit: '×', bound: '<= 2 ×', ok: ratio <= 2,
    peer: `p95 ${round(before.p95, 1)} ms before, ${round(during.p95, 1)} ms during`});
}

async function measureSize(bench, forium) {
  const {bytes, textBytes, wordsCount} = await untilIndexed(forium, bench.admin);
  const ratio = bytes / textBytes;
  bench.record({name: 'index on disk over text', value: round(ratio, 2), unit: '×', bound: '<= 2.5 ×', ok: ratio <= 2.5,
    peer: `${round(bytes / 1e6)} MB for ${round(textBytes / 1e6)} MB of text, ${wordsCount.toLocaleString('en')} words`});
}

/** On the corpus with the topics in other languages, as tests/search/run.mjs does, which tells what was missed. */
async function measureQuality(bench) {
  const {queries, recall, mrr} = await withImported(async (forium) => score(await askAll(forium, queriesOf(bench.part))));
  const peer = `${queries} queries, part ${bench.part}`;
  bench.record({name: 'quality on the corpus, recall@10', value: round(recall, 3), unit: '', bound: `>= ${BOUNDS.recall}`, ok: recall >= BOUNDS.recall, peer});
  bench.record({name: 'quality on the corpus, MRR', value: round(mrr, 3), unit: '', bound: `>= ${BOUNDS.mrr}`, ok: mrr >= BOUNDS.mrr, peer});
}

/** The list of topics and a topic's page, rendered anew each time, while the index lies beside them. */
async function measurePages(bench) {
  await withForium(bench, ['--no-page-cache'], async (forium) => {
    await untilIndexed(forium, bench.admin);
    recall(bench);
    const headers = {'Accept-Encoding': 'identity'};
    const pages = {'topic list': '/latest', 'topic page': pathOf(await typicalTopic(forium))};
    for (const [name, path] of Object.entries(pages)) {
      const url = forium.url + path;
      await wrk(url, {seconds: 2, headers});
      const {rate} = await wrk(url, {seconds: bench.seconds, headers});
      const {p95, errors} = await fixedRate(url, {rate: rate * 0.6, seconds: bench.seconds, folder: bench.folder, headers});
      bench.record({name: `${name}, uncached, at 60 % of its highest rate, p95`, value: round(p95, 2), unit: 'ms', bound: '<= 5 ms',
        ok: p95 <= 5 && errors === 0, peer: `highest ${round(rate)} pages/s`});
    }
  });
}
