// SPDX-License-Identifier: Apache-2.0
// What a load test asks, in the mix of real searching: drawn from a forum's own words, and never kept. The same forum and seed
// give the same queries.
// node record.mjs CORPUS.jsonl[.xz] CATEGORIES.json [SEED]
import {readFileSync} from 'node:fs';
import {readLines} from './lines.mjs';

// Of a large forum every nth topic is read, so that about as many are, and the memory for them is bounded.
const TOPICS_READ = 10_000;

const SHARES = {plain: 400, typo: 150, operator: 150, phrase: 100, partial: 100, identifier: 100};
// How many words, of a hundred queries: most people type two or three.
const WORDS = [[1, 20], [2, 36], [3, 26], [4, 12], [5, 6]];
const STOP = new Set(('a an and are as at be but by can do does for from get has have how i if in is it me my no not of on or so ' +
  'some that the there they this to use using was what when which why will with you your').split(' '));
const IDENTIFIER = new RegExp([
  '\\b[A-Z][a-z]\\w*::[A-Z]\\w+', '\\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\\b', '\\bE_[A-Z]{4,}\\b', '\\b(?:C|LNK|MSB)\\d{4}\\b',
  '\\b0x[0-9a-fA-F]{4,8}\\b', '\\b[A-Z]{2,}(?:_[A-Z0-9]+)+\\b', '\\b\\w+\\.(?:cpp|cmake|glsl|hlsl|lua|xml|h|as)\\b', '\\b\\d\\.\\d{1,2}\\.\\d{1,2}\\b',
].join('|'), 'g');

let state = 1;
function random() {  // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
function pickWeighted(pairs) {
  let left = random() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of pairs) if ((left -= weight) < 0) return value;
  return pairs[0][0];
}

const wordsOf = (text) => text.toLowerCase().match(/[a-z][a-z0-9]{1,19}/g) ?? [];
const plainText = (raw) => raw.replace(/```[\s\S]*?```|\[code\][\s\S]*?\[\/code\]|\[[^\]]*\]|https?:\S+|<[^>]*>/g, ' ');

async function readTopics(path) {
  let lines = 0;
  for await (const _ of readLines(path)) ++lines;
  const step = Math.max(1, Math.floor(lines / TOPICS_READ));
  const topics = [];
  let at = 0;
  for await (const line of readLines(path)) {
    if (at++ % step) continue;
    const it = JSON.parse(line);
    const raws = it.post_stream.posts.map((post) => post.raw ?? '');
    const title = wordsOf(it.title.replace(/\[[^\]]*\]/g, ' ')).filter((word) => !STOP.has(word));
    if (title.length < 2) continue;
    topics.push({
      title, sequence: wordsOf(it.title.replace(/\[[^\]]*\]/g, ' ')), year: it.created_at.slice(0, 4), category: it.category_id,
      body: wordsOf(plainText(raws.slice(0, 3).join(' '))).filter((word) => word.length > 2 && !STOP.has(word)),
      identifiers: raws.join('\n').match(IDENTIFIER)?.slice(0, 200) ?? [],
      users: [...new Set(it.post_stream.posts.map((post) => post.username))],
      tags: it.tags ?? [], weight: Math.pow(it.views + 1, 0.8),
    });
  }
  return topics;
}

function makeTopicPicker(topics) {  // what is read often is searched often
  let sum = 0;
  const sums = topics.map((topic) => (sum += topic.weight));
  return () => {
    const at = random() * sum;
    let low = 0;
    for (let high = sums.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (sums[middle] > at) high = middle; else low = middle + 1;
    }
    return topics[low];
  };
}

function telling(body, frequency) {  // of a few words of a text, the one in the fewest topics: people search for nouns
  return [pick(body), pick(body), pick(body), pick(body)].reduce((best, word) => (frequency.get(word) < frequency.get(best) ? word : best));
}

function words({frequency}, topic, count) {
  const chosen = new Set();
  for (let tries = 0; chosen.size < count && tries < 40; ++tries) {
    chosen.add(topic.body.length && random() < 0.2 ? telling(topic.body, frequency) : pick(topic.title));
  }
  return [...chosen];
}

function mistype(word) {
  const at = 1 + below(word.length - 2);
  const [left, here, next, rest] = [word.slice(0, at), word[at], word[at + 1], word.slice(at + 2)];
  return pick([left + next + here + rest, left + next + rest, left + here + here + next + rest, left + pick([...'aeiorstn']) + next + rest]);
}

function damage(list, change) {
  const long = list.filter((word) => word.length >= 5);
  if (!long.length) return null;
  const word = pick(long);
  const changed = change(word);
  return changed === word ? null : list.map((it) => (it === word ? changed : it));
}

function operators(topic, other, slugs, tags) {
  const year = Number(topic.year);
  const one = () => pick([
    () => 'in:title', () => 'in:first', () => `category:${slugs.get(topic.category) ?? pick([...slugs.values()])}`, () => `tag:${pick(tags)}`,
    () => `@${pick(topic.users)}`, () => `before:${year + 1}-01-01`, () => `after:${year}-01-01`, () => 'is:solved', () => 'order:latest',
    () => `-${pick(other.title)}`,
  ])();
  return random() < 0.2 ? [...new Set([one(), one()])] : [one()];
}

function makeQuery(kind, forum) {
  const {topicOf, slugs, tags} = forum;
  const topic = topicOf();
  const list = words(forum, topic, pickWeighted(WORDS));
  if (kind === 'plain') return list.join(' ');
  if (kind === 'typo') return damage(list, mistype)?.join(' ');
  if (kind === 'partial') {
    const last = list.pop();
    return last.length < 5 ? null : [...list, last.slice(0, 3 + below(last.length - 3))].join(' ');
  }
  if (kind === 'phrase') {  // words that stand side by side in a title
    const length = Math.min(2 + below(2), topic.sequence.length);
    const at = below(topic.sequence.length - length + 1);
    const rest = random() < 0.3 ? [pick(topic.title)] : [];
    return [`"${topic.sequence.slice(at, at + length).join(' ')}"`, ...rest].join(' ');
  }
  if (kind === 'identifier') {
    return topic.identifiers.length ? [pick(topic.identifiers), ...(random() < 0.35 ? [pick(topic.title)] : [])].join(' ') : null;
  }
  const extra = operators(topic, topicOf(), slugs, tags);
  return [...list.slice(0, 5 - extra.length), ...extra].join(' ');
}

async function readForum(corpus, categories) {
  const topics = await readTopics(corpus);
  const frequency = new Map();
  for (const topic of topics) {
    for (const word of new Set(topic.body)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  for (const topic of topics) topic.body = topic.body.filter((word) => frequency.get(word) > 2);
  const slugs = new Map(JSON.parse(readFileSync(categories, 'utf8')).category_list.categories.map((it) => [it.id, it.slug]));
  // A forum without tags takes those of the topics in other languages.
  const languages = readFileSync(new URL('languages.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const own = topics.flatMap((topic) => topic.tags);
  const tags = [...new Set(own.length ? own : languages.flatMap((topic) => topic.tags))];
  return {topicOf: makeTopicPicker(topics), frequency, slugs, tags};
}

/** For each seed 1,000 queries. @param {{corpus: string, categories: string, seeds?: number[]}} options paths */
export async function record({corpus, categories, seeds = [1]}) {
  const forum = await readForum(corpus, categories);
  return seeds.map((seed) => draw(forum, seed));
}

function draw(forum, seed) {
  state = seed;
  const kinds = Object.entries(SHARES).flatMap(([kind, count]) => Array(count).fill(kind));
  for (let at = kinds.length - 1; at > 0; --at) {
    const other = below(at + 1);
    [kinds[at], kinds[other]] = [kinds[other], kinds[at]];
  }
  return kinds.map((kind) => {
    let query = null;
    while (!query) query = makeQuery(kind, forum);
    return {kind, query};
  });
}

if (process.argv[1] === import.meta.filename) {
  const [corpus, categories, seed] = process.argv.slice(2);
  if (!categories) {
    console.error('Usage: node record.mjs CORPUS.jsonl[.xz] CATEGORIES.json [SEED]');
    process.exit(1);
  }
  const [queries] = await record({corpus, categories, seeds: [Number(seed ?? 1)]});
  for (const it of queries) console.log(JSON.stringify(it));
}
