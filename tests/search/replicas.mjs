// SPDX-License-Identifier: Apache-2.0
// Two search processes of one community, each with an index of its own: one is killed, its index removed, and it comes back, while the
// other answers; nobody who searches notices, and in the end both answer alike. node tests/search/replicas.mjs
import assert from 'node:assert/strict';
import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';

import {command, CORPUS, temporaryFolder} from '../harness/forium.mjs';
import {pause, until} from '../harness/program.mjs';
import {Suite} from '../harness/suite.mjs';
import {archive, CATEGORIES, longTopics} from '../load/corpus.mjs';
import {LANGUAGES} from '../load/prepared.mjs';
import {stateOf} from './answers.mjs';
import {indexOf, searchPath, uniqueWord, untilIndexed} from './indexed.mjs';
import {queriesOf} from './quality.mjs';

const haveCorpus = existsSync(join(CORPUS, 'urho3d-discourse-topics.jsonl.xz'));
// Without the corpus the topics in other languages do; a rebuild is then over at once.
const imports = haveCorpus ? ['--categories', CATEGORIES, archive(), LANGUAGES] : [LANGUAGES];
const SEARCHERS = 4;
const CALM_MS = 1000;

/** People who search all the time; every answer that is not a success is remembered. */
class Searchers {
  constructor(site, queries) {
    Object.assign(this, {site, queries, failures: [], answered: 0});
  }

  start() {
    this.running = true;
    this.workers = Array.from({length: SEARCHERS}, async (_, number) => {
      for (let i = number * 30; this.running; ++i) {
        const query = this.queries[i % this.queries.length];
        const path = i % 5 === 4 ? `/api/v1/search/suggestions?q=${encodeURIComponent(query)}` : searchPath(query);
        try {
          const {status, text} = await this.site.api('GET', path);
          if (status !== 200) this.failures.push(`${path}: ${status} ${text.slice(0, 200)}`);
        } catch (error) {
          this.failures.push(`${path}: ${error.cause?.code ?? error.message}`);
        }
        ++this.answered;
        await pause(3);
      }
    });
    return this;
  }

  async stop() {
    this.running = false;
    await Promise.all(this.workers);
  }
}

/** Waits until each of `count` processes said that its index is complete. */
async function untilAllIndexed(suite, token, count) {
  await until(`${count} indexes are complete`, async () => {
    const instances = new Map();
    for (let i = 0; i < 16 * count && instances.size < count; ++i) {
      const index = await indexOf(suite, token);
      instances.set(index.instance, index.state === 'SERVING' && index.eventsBehind === 0);
    }
    return instances.size === count && [...instances.values()].every(Boolean);
  }, 180);
}

test('two search processes', async (t) => {
  const folder = temporaryFolder('forium-replicas');
  const suite = await Suite.start({searches: 2, flags: ['--no-rate-limit', '--no-access-log', '--no-page-cache'],
    prepare: (dsn) => command(['import', 'discourse', '--data', join(folder, 'data'), '--database-dsn', dsn, ...imports])});
  t.after(async () => {
    await suite.stop();
    rmSync(folder, {recursive: true, force: true});
  });
  const {token} = await suite.account('ada', {admin: true});
  await untilAllIndexed(suite, token, 2);
  const queries = queriesOf('tune').map(({query}) => query);
  const [first, second] = suite.all('search');
  const topics = (await longTopics(suite, 100)).filter((topic) => !topic.closed);
  const target = topics[0] ?? (await suite.ok('GET', '/api/v1/topics?page_size=1')).topics[0];
  const words = [];
  const write = async () => {
    const word = uniqueWord();
    await suite.ok('POST', `/api/v1/topics/${target.id}/posts`, {token, body: {raw: `Here is ${word}.`}});
    words.push(word);
  };

  await t.test('one is killed and loses its index: nobody who searches sees a failure', async () => {
    const searchers = new Searchers(suite, queries).start();
    await pause(CALM_MS);
    await write();
    await first.kill();
    await pause(CALM_MS);
    await write();
    rmSync(join(suite.folder, 'search-0/default/search'), {recursive: true, force: true});
    await first.serve(60);
    await write();
    await untilAllIndexed(suite, token, 2);
    await write();
    await pause(CALM_MS);
    await searchers.stop();
    t.diagnostic(`${searchers.answered} searches, ${searchers.failures.length} failed`);
    assert.deepEqual(searchers.failures.slice(0, 5), []);
    assert.ok(searchers.answered > 100, `only ${searchers.answered} searches`);
  });

  await t.test('it ends and comes back: nobody sees a failure', async () => {
    const searchers = new Searchers(suite, queries).start();
    await pause(CALM_MS);
    await first.stop();
    await pause(CALM_MS);
    await first.serve(60);
    await untilAllIndexed(suite, token, 2);
    await searchers.stop();
    assert.deepEqual(searchers.failures.slice(0, 5), []);
  });

  await t.test('both answer alike, and know what was written meanwhile', async () => {
    await untilAllIndexed(suite, token, 2);
    const states = [];
    for (const [stays, leaves] of [[first, second], [second, first]]) {
      await leaves.stop();
      await until('the other one answers', async () => (await suite.api('GET', searchPath(queries[0]))).status === 200);
      await untilIndexed(suite, token);
      assert.ok(stays.running);
      states.push(await stateOf(suite, token, [...queries, ...words]));
      await leaves.serve(60);
      await untilAllIndexed(suite, token, 2);
    }
    for (const word of words) assert.equal(states[0].answers[word].total, 1, `${word} is found`);
    const {answers: [one, other], ...counts} = {answers: states.map((it) => it.answers), counts: states.map(({answers, ...rest}) => rest)};
    assert.deepEqual(counts.counts[0], counts.counts[1]);
    for (const query of Object.keys(one)) assert.deepEqual(one[query], other[query], query);
  });
});
