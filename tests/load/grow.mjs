// SPDX-License-Identifier: Apache-2.0
// Grows the corpus to as many posts as wanted, as JSON lines that `forium import discourse` reads. The corpus comes first, as it
// is; then topics that have the shape of real ones and words of their own. The same corpus, number and seed give the same
// bytes. Memory grows with the vocabulary, not with the posts. See README.md for what is kept and how well.
//   node tests/load/grow.mjs [--posts 1000000] [--seed 1] [--corpus FILE] [--until 2026-01-01] [--out FILE]
import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {parseArgs} from 'node:util';

import {readLines} from '../search/quality/lines.mjs';
import {Calendar} from './grow/calendar.mjs';
import {learn} from './grow/corpus.mjs';
import {People} from './grow/people.mjs';
import {Random} from './grow/random.mjs';
import {Writer} from './grow/writer.mjs';

export const UNTIL = '2026-01-01';
const MONTH = 30.44 * 86_400_000;
const SMALL_ACTION = 3;
const QUOTED_WORDS = 40;

/** Lines of the grown topics, without the corpus. `model`: from learn(). */
export function* grownTopics(model, {posts, seed = 1, until = UNTIL}) {
  const random = new Random(seed);
  const wanted = posts - model.posts;
  if (wanted <= 0) return;
  const people = new People(model, random, posts);
  const writer = new Writer(model, random);
  const perMonth = model.posts / ((model.until - model.from) / MONTH);
  const calendar = new Calendar({from: model.until, until: Date.parse(until), perMonth, posts: wanted, firstId: model.lastPost + 1});
  let id = model.lastTopic;
  for (let written = 0; written < wanted;) {
    const skeleton = random.pick(model.skeletons);
    const shapes = skeleton.posts.slice(0, wanted - written);
    yield JSON.stringify(topicOf({id: ++id, share: written / wanted, skeleton, shapes, model, people, writer, calendar, random}));
    written += shapes.length;
  }
}

function topicOf({id, share, skeleton, shapes, model, people, writer, calendar, random}) {
  const {title, keys} = writer.topic(skeleton.title);
  const who = people.some(skeleton.people);
  const times = calendar.timesOf(share, skeleton.timeOfDay, shapes.map((shape) => shape.after), random);
  const written = [];
  let last = 0;
  shapes.forEach((shape, i) => {
    const userId = who[shape.person];
    people.wrote(userId);
    last = calendar.idFor(times[i], last);
    written.push(postOf({id: last, topic: id, shape, userId, people, at: times[i], writer, written, random, rawShare: model.rawShare}));
  });
  const likes = shapes.reduce((sum, shape) => sum + shape.likes, 0);
  return {
    id, title, slug: slugOf(title), category_id: skeleton.category, tags: [...new Set(keys)].filter((word) => model.tags.has(word)).slice(0, 3),
    created_at: iso(times[0]), last_posted_at: iso(times.reduce((a, b) => Math.max(a, b))), views: skeleton.views, like_count: likes,
    posts_count: shapes.length, visible: true, closed: skeleton.closed, archived: false, archetype: 'regular', pinned: false,
    post_stream: {posts: written},
  };
}

function postOf({id, topic, shape, userId, people, at, writer, written, random, rawShare}) {
  const earlier = written.length > 0 ? random.pick(written) : undefined;
  const first = earlier && /^<p>([^<]{10,})<\/p>/.exec(earlier.cooked)?.[1].split(' ').slice(0, QUOTED_WORDS).join(' ');
  const quoted = first && {name: earlier.username, number: earlier.post_number, topic, html: first, raw: unescape(first)};
  const {raw, html} = writer.post(shape.blocks, quoted);
  const post = {
    id, username: people.name(userId), user_id: userId, created_at: iso(at), updated_at: iso(at), post_number: shape.number,
    post_type: shape.type, version: 1, trust_level: 1, cooked: shape.type === SMALL_ACTION ? '' : html,
  };
  if (shape.type !== SMALL_ACTION && random.next() < rawShare) post.raw = raw;
  if (shape.replyTo) post.reply_to_post_number = shape.replyTo;
  if (shape.likes) post.actions_summary = [{id: 2, count: shape.likes}];
  if (shape.accepted) post.accepted_answer = true;
  return post;
}

const unescape = (html) => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const iso = (time) => new Date(time).toISOString();
const slugOf = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80) || 'topic';

/** Writes all of it to `out`, a stream or a path. How much and how fast. */
export async function grow({corpus, out, ...options}) {
  const stream = typeof out === 'string' ? createWriteStream(out) : out;
  const put = async (text) => {
    if (!stream.write(text)) await once(stream, 'drain');
  };
  const model = await learn(corpus);
  for await (const line of readLines(corpus)) await put(`${line}\n`);
  const began = performance.now();
  let lines = [];
  let topics = 0;
  for (const line of grownTopics(model, options)) {
    ++topics;
    lines.push(line, '\n');
    if (lines.length < 256) continue;
    await put(lines.join(''));
    lines = [];
  }
  await put(lines.join(''));
  const seconds = (performance.now() - began) / 1000;
  if (stream !== process.stdout) {
    stream.end();
    await once(stream, 'close');
  }
  return {topics: topics + model.skeletons.length, posts: Math.max(options.posts, model.posts), seconds,
    postsPerSecond: Math.max(0, options.posts - model.posts) / seconds};
}

if (process.argv[1] === import.meta.filename) {
  const {archive} = await import('./corpus.mjs');
  const {values} = parseArgs({options: {posts: {type: 'string', default: '1000000'}, seed: {type: 'string', default: '1'},
    corpus: {type: 'string'}, until: {type: 'string', default: UNTIL}, out: {type: 'string'}}});
  const made = await grow({corpus: values.corpus ?? archive(), out: values.out ?? process.stdout, posts: Number(values.posts),
    seed: Number(values.seed), until: values.until});
  console.error(`${made.posts} posts in ${made.topics} topics; ${Math.round(made.postsPerSecond)} posts/s.`);
}
