// SPDX-License-Identifier: Apache-2.0
// Does the grown forum resemble the real one? node tests/load/grow_test.mjs [--posts 45000] [--table]
// --table prints the comparison of README.md, for 29,000, 100,000 and --posts posts.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import {parseArgs} from 'node:util';

import {CORPUS} from '../harness/forium.mjs';
import {readLines} from '../search/quality/lines.mjs';
import {archive} from './corpus.mjs';
import {grownTopics} from './grow.mjs';
import {learn} from './grow/corpus.mjs';
import {Measure} from './grow/measure.mjs';

const {values: options} = parseArgs({options: {posts: {type: 'string', default: '45000'}, table: {type: 'boolean', default: false}}});
const posts = Number(options.posts);

/** Measures at each number of posts; the first is the corpus itself. */
async function measureAll(model, numbers) {
  const measure = new Measure();
  for await (const line of readLines(archive())) measure.add(JSON.parse(line));
  const results = [measure.result()];
  const wanted = [...numbers];
  for (const line of grownTopics(model, {posts: wanted.at(-1)})) {
    measure.add(JSON.parse(line));
    if (measure.posts >= wanted[0]) {
      results.push(measure.result());
      wanted.shift();
    }
  }
  return results;
}

async function printTable() {
  const model = await learn(archive());
  const results = await measureAll(model, [100_000, posts]);
  const real = model.laws.all;
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const whole = (value) => Math.round(value).toLocaleString('en');
  const rows = {
    posts: (it) => whole(it.posts), topics: (it) => whole(it.topics),
    'posts of a topic, mean · p50 · p90': ({postsOfTopic: it}) => `${it.mean.toFixed(1)} · ${it.p50} · ${it.p90}`,
    'letters of a post, mean · p50 · p90 · p99': ({length: it}) => [it.mean, it.p50, it.p90, it.p99].map(whole).join(' · '),
    'words of a post, mean · p50 · p90': ({words: it}) => [it.mean, it.p50, it.p90].map(whole).join(' · '),
    'words of a title': (it) => it.titleWords.toFixed(1),
    'words in all': (it) => whole(it.vocabulary.n),
    'different words': (it) => whole(it.vocabulary.V),
    'different words by the real one\'s law': (it) => whole(real.at(it.vocabulary.n)),
    authors: (it) => whole(it.authors), 'posts by the most active tenth': (it) => percent(it.ofMostActive),
    'posts with code': (it) => percent(it.code), 'posts with a quote': (it) => percent(it.quotes),
    'likes a post': (it) => it.likes.toFixed(2), 'topics solved': (it) => percent(it.solved),
    'posts in the busiest month': (it) => whole(it.months.reduce((most, [, count]) => Math.max(most, count), 0)),
  };
  console.log(`| |${results.map((it, i) => (i ? ` grown to ${whole(it.posts)} |` : ' real |')).join('')}\n|---|${results.map(() => '--:|').join('')}`);
  for (const [name, cell] of Object.entries(rows)) console.log(`| ${name} |${results.map((it) => ` ${cell(it)} |`).join('')}`);
  console.log(`\nHeaps' law of the corpus: K = ${real.K.toFixed(2)}, beta = ${real.beta.toFixed(3)}`);
}

function near(measured, real, tolerance, what) {
  assert.ok(Math.abs(measured - real) <= tolerance * real, `${what}: ${measured}, the real one has ${real}`);
}

const missing = !existsSync(join(CORPUS, 'urho3d-discourse-topics.jsonl.xz')) && 'the corpus is missing';
if (options.table) await printTable();
else test('a grown forum', {skip: missing}, async (t) => {
  const model = await learn(archive());
  const [real, grown] = await measureAll(model, [posts]);

  await t.test('is the same for the same seed, and another for another', () => {
    const digest = (seed) => {
      const hash = createHash('sha256');
      for (const line of grownTopics(model, {posts: model.posts + 2000, seed})) hash.update(line);
      return hash.digest('hex');
    };
    assert.equal(digest(7), digest(7));
    assert.notEqual(digest(7), digest(8));
  });

  await t.test('has as many posts as asked for, each id once', () => {
    assert.equal(grown.posts, posts);
    assert.equal(grown.idsTwice, 0);
  });

  await t.test('keeps lengths and the shape of topics', () => {
    near(grown.postsOfTopic.mean, real.postsOfTopic.mean, 0.1, 'posts of a topic');
    for (const p of ['mean', 'p50', 'p90']) near(grown.words[p], real.words[p], 0.15, `words of a post, ${p}`);
    for (const p of ['p50', 'p90']) near(grown.length[p], real.length[p], 0.2, `letters of a post, ${p}`);
    near(grown.titleWords, real.titleWords, 0.1, 'words of a title');
    near(grown.code, real.code, 0.15, 'posts with code');
    near(grown.quotes, real.quotes, 0.2, 'posts with a quote');
    near(grown.likes, real.likes, 0.25, 'likes');
    near(grown.solved, real.solved, 0.25, 'topics solved');
    for (const [id, part] of real.categories) if (part > 0.05) near(grown.categories.get(id), part, 0.15, `category ${id}`);
  });

  await t.test('goes on finding new words as the real one did', () => {
    near(grown.vocabulary.V, model.laws.all.at(grown.vocabulary.n), 0.05, 'different words');
  });

  await t.test('goes on gaining people, few of whom write most', () => {
    near(grown.authors, model.peoplesLaw.at(grown.posts), 0.1, 'authors');
    near(grown.ofMostActive, real.ofMostActive, 0.15, 'posts by the most active tenth');
  });

  await t.test('goes on growing by the month', () => {
    const months = grown.months.filter(([month]) => month >= '2023-01');
    const sum = (list) => list.reduce((all, [, count]) => all + count, 0);
    const half = months.length >> 1;
    assert.ok(sum(months.slice(half)) >= sum(months.slice(0, half)));
    assert.ok(months.at(-1)[0] < '2026-01');
  });
});
