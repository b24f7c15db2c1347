// SPDX-License-Identifier: Apache-2.0
// The index after the worst: killed while it is built or takes changes over, cut off, overwritten or replaced on disk. In the end it is
// equal to one that was built in peace. node tests/search/damage.mjs
import assert from 'node:assert/strict';
import {copyFileSync, existsSync, openSync, closeSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';

import {command, CORPUS, Forium, temporaryFolder} from '../harness/forium.mjs';
import {pause, until} from '../harness/program.mjs';
import {archive, CATEGORIES, longTopics, QUIET} from '../load/corpus.mjs';
import {LANGUAGES} from '../load/prepared.mjs';
import {stateOf} from './answers.mjs';
import {indexOf, searchPath, untilIndexed} from './indexed.mjs';
import {queriesOf} from './quality.mjs';

const missing = !existsSync(join(CORPUS, 'urho3d-discourse-topics.jsonl.xz')) && 'the corpus is missing';
const ROUNDS = 3;
const WRITERS = 4;
// Answers that a damaged index may give: the right one, or that there is none for the moment.
const CLEAN = new Set([200, 503]);

class Damaged {
  static async start() {
    const it = new Damaged();
    it.folder = temporaryFolder('forium-search-damage');
    it.data = join(it.folder, 'data');
    command(['import', 'discourse', '--data', it.data, '--categories', CATEGORIES, archive(), LANGUAGES]);
    await it.serve();
    it.token = (await it.site.account('ada', {admin: true})).token;
    await untilIndexed(it.site, it.token);
    it.queries = queriesOf('tune').map(({query}) => query);
    return it;
  }

  async serve() {
    this.site = await Forium.start({data: this.data, flags: QUIET});
  }

  get index() {
    return join(this.data, 'default/search');
  }

  /** The files of the index, the largest first. */
  files() {
    return readdirSync(this.index).filter((name) => name.endsWith('.db')).map((name) => join(this.index, name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
  }

  state() {
    return stateOf(this.site, this.token, this.queries);
  }

  /** What a build from nothing would be. */
  async fresh() {
    await this.site.stop();
    rmSync(this.index, {recursive: true, force: true});
    await this.serve();
    await untilIndexed(this.site, this.token);
    return this.state();
  }

  async equalsFresh() {
    await untilIndexed(this.site, this.token);
    const now = await this.state();
    assert.deepEqual(now, await this.fresh());
  }

  /** Asks all the time; `stop()` throws when an answer was anything but clean. */
  searching() {
    let running = true;
    const bad = [];
    const ask = async (first) => {
      for (let i = first; running; ++i) {
        const {status, text} = await this.site.api('GET', searchPath(this.queries[i % this.queries.length]));
        if (!CLEAN.has(status)) bad.push(`${status} ${text.slice(0, 300)}`);
        if (status === 503) await pause(20);
      }
    };
    const workers = [ask(0), ask(40)];
    return {stop: async () => {
      running = false;
      await Promise.all(workers);
      assert.deepEqual(bad.slice(0, 3), []);
    }};
  }

  async end() {
    await this.site.stop();
    rmSync(this.folder, {recursive: true, force: true});
  }
}

test('the index survives', {skip: missing}, async (t) => {
  const community = await Damaged.start();
  t.after(() => community.end());

  await t.test('kill -9 in the middle of a rebuild', async () => {
    for (let round = 0; round < ROUNDS; ++round) {
      await community.site.ok('POST', '/api/v1/admin/search/rebuild', {token: community.token, body: {}});
      await until('a part is built', async () => {
        const {rebuild, state} = await indexOf(community.site, community.token);
        return state === 'SERVING' || (rebuild?.postsDone ?? 0) >= (round + 0.5) * 6000;
      });
      await community.site.kill();
      await community.serve();
      const {status} = await community.site.api('GET', searchPath(community.queries[0]));
      assert.equal(status, 200, 'the old index serves at once');
    }
    await community.equalsFresh();
  });

  await t.test('kill -9 in the middle of a first build', async () => {
    await community.site.stop();
    rmSync(community.index, {recursive: true, force: true});
    await community.serve();
    await until('a part is built', async () => ((await indexOf(community.site, community.token)).rebuild?.postsDone ?? 0) > 3000);
    await community.site.kill();
    await community.serve();
    await community.equalsFresh();
  });

  await t.test('kill -9 while changes are taken over', async () => {
    for (let round = 0; round < ROUNDS; ++round) {
      const topics = (await longTopics(community.site, 100)).filter((topic) => !topic.closed && !topic.archived);
      let running = true;
      const writers = Array.from({length: WRITERS}, async (_, writer) => {
        for (let i = 0; running; ++i) {
          const topic = topics[(writer * 17 + i) % topics.length];
          await community.site.api('POST', `/api/v1/topics/${topic.id}/posts`,
            {token: community.token, body: {raw: `Reply ${i} of round ${round} by writer ${writer} about ${community.queries[i % 100]}.`}}).catch(() => {});
        }
      });
      await pause(400 + 300 * round);
      running = false;
      await community.site.kill();
      await Promise.all(writers);
      await community.serve();
    }
    await community.equalsFresh();
  });

  const harms = {
    'its file is cut in half while it serves': (file) => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096),
    'its file is emptied while it serves': (file) => truncateSync(file, 0),
    'a part of its file is overwritten while it serves': (file) => {
      const handle = openSync(file, 'r+');
      writeSync(handle, Buffer.alloc(400_000, 0x5a), 0, 400_000, Math.floor(statSync(file).size / 8192) * 4096);
      closeSync(handle);
    },
  };
  for (const [name, harm] of Object.entries(harms)) {
    await t.test(name, async () => {
      const searching = community.searching();
      await pause(200);
      harm(community.files()[0]);
      await until('it is built anew', async () => (await indexOf(community.site, community.token)).cause === 'DAMAGED', 60);
      await untilIndexed(community.site, community.token);
      await searching.stop();
      assert.equal((await indexOf(community.site, community.token)).cause, 'DAMAGED');
      await community.equalsFresh();
    });
  }

  const wordsOf = (file) => file.replace(/\.db$/, '.words');
  for (const [name, harm] of Object.entries({...harms, 'its file is deleted while it serves': (file) => rmSync(file)})) {
    await t.test(`the same for its words: ${name}`, async () => {
      const searching = community.searching();
      await pause(200);
      harm(wordsOf(community.files()[0]));
      await until('it is built anew', async () => (await indexOf(community.site, community.token)).cause === 'DAMAGED', 120);
      await untilIndexed(community.site, community.token);
      await searching.stop();
      await community.equalsFresh();
    });
  }

  const replacements = {
    'its file was replaced by text': (file) => writeFileSync(file, 'This is no index.\n'.repeat(5000)),
    'its file was replaced by another database': (file) => copyFileSync(join(community.data, 'default/auth.db'), file),
    'its file was cut off': (file) => truncateSync(file, Math.floor(statSync(file).size / 3)),
  };
  const between = Object.entries(replacements).flatMap(([name, harm]) => [[name, harm], [`the same for its words: ${name}`, (file) => harm(wordsOf(file))]]);
  for (const [name, harm] of [...between, ['its words are gone', (file) => rmSync(wordsOf(file))]]) {
    await t.test(`${name} between two starts`, async () => {
      await community.site.stop();
      const [file] = community.files();
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, {force: true});
      harm(file);
      await community.serve();
      const searching = community.searching();
      await untilIndexed(community.site, community.token);
      await searching.stop();
      await community.equalsFresh();
    });
  }
});
