// SPDX-License-Identifier: Apache-2.0
// Are the files of this folder what the README says? node check.mjs CORPUS.jsonl[.xz]
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {readLines} from './lines.mjs';

const KINDS = {title: 30, solved: 30, code: 25, typo: 20, partial: 15, language: 60};
const LANGUAGES = ['de', 'fr', 'es', 'pt', 'ru', 'tr', 'zh', 'ja', 'ko'];
// Changed once, before any measurement, until every kind was split evenly.
const SPLIT = 'split 2697: ';

const here = (name) => new URL(name, import.meta.url).pathname;
const errors = [];
const check = (right, message) => right || errors.push(message);
const duplicates = (ids) => ids.filter((id, at) => ids.indexOf(id) !== at);

async function parse(path) {
  const values = [];
  let number = 0;
  for await (const line of readLines(path)) {
    number += 1;
    try {
      values.push(JSON.parse(line));
    } catch (error) {
      errors.push(`${path}:${number}: not JSON: ${error.message}`);
    }
  }
  return values;
}

function partOf(id) {
  const digest = createHash('sha256').update(SPLIT + id).digest('hex');
  return BigInt(`0x${digest}`) % 3n === 0n ? 'held' : 'tune';
}

function checkTopics(topics) {
  const posts = topics.flatMap((topic) => topic.post_stream?.posts ?? []);
  for (const id of duplicates(topics.map((topic) => topic.id))) errors.push(`languages.jsonl: topic ${id} stands twice`);
  for (const id of duplicates(posts.map((post) => post.id))) errors.push(`languages.jsonl: post ${id} stands twice`);
  for (const topic of topics) {
    const where = `languages.jsonl: topic ${topic.id}`;
    const own = topic.post_stream?.posts ?? [];
    check(topic.id > 900000 && topic.title && topic.category_id, `${where} lacks a title or a category, or its id is below 900001`);
    check(own.length >= 2 && own.length <= 4, `${where} has ${own.length} posts, not 2 to 4`);
    check(topic.posts_count === own.length, `${where} counts ${topic.posts_count} posts and has ${own.length}`);
    check(own.every((post) => post.id > 9000000 && post.raw && post.username), `${where} has a post without text, author or a high id`);
    check(own.every((post, at) => post.post_number === at + 1), `${where} has posts out of order`);
    check(own.filter((post) => post.accepted_answer).length <= 1, `${where} has two answers`);
  }
}

function checkQueries(queries, known) {
  for (const id of duplicates(queries.map((query) => query.id))) errors.push(`queries.jsonl: ${id} stands twice`);
  for (const text of duplicates(queries.map((query) => query.query))) errors.push(`queries.jsonl: "${text}" stands twice`);
  for (const query of queries) {
    const where = `queries.jsonl: ${query.id}`;
    check(/^q\d{3}$/.test(query.id), `${where} is no id`);
    check(typeof query.query === 'string' && query.query.trim() === query.query && query.query, `${where} has no clean query`);
    check(query.kind in KINDS, `${where} has the unknown kind ${query.kind}`);
    check(query.language === 'en' ? query.kind !== 'language' : LANGUAGES.includes(query.language) && query.kind === 'language',
      `${where} is of kind ${query.kind} in ${query.language}`);
    check(query.part === partOf(query.id), `${where} belongs to ${partOf(query.id)}, not ${query.part}`);
    check(query.note, `${where} has no note`);
    const relevant = Array.isArray(query.relevant) ? query.relevant : [];
    check(relevant.length >= 1 && relevant.length <= 5, `${where} has ${relevant.length} relevant topics, not 1 to 5`);
    check(duplicates(relevant).length === 0, `${where} names a topic twice`);
    for (const id of relevant) check(known.has(id), `${where} names topic ${id}, which is nowhere`);
  }
}

function checkCounts(queries) {
  for (const [kind, wanted] of Object.entries(KINDS)) {
    const all = queries.filter((query) => query.kind === kind);
    const held = all.filter((query) => query.part === 'held').length;
    console.log(`${kind.padEnd(9)}${all.length} queries, ${held} held back`);
    check(all.length === wanted, `queries.jsonl: ${all.length} of kind ${kind}, not ${wanted}`);
    check(Math.abs(held - wanted / 3) < 1, `queries.jsonl: ${held} of ${wanted} of kind ${kind} are held back, not a third`);
  }
  for (const language of LANGUAGES) {
    const count = queries.filter((query) => query.language === language).length;
    check(count === 6 || count === 7, `queries.jsonl: ${count} in ${language}, not 6 or 7`);
  }
}

const corpus = process.argv[2];
if (!corpus) {
  console.error('Usage: node check.mjs CORPUS.jsonl[.xz]');
  process.exit(1);
}
const unreadable = (error) => {
  console.error(`Cannot read ${corpus}: ${error.message}`);
  process.exit(1);
};
const inCorpus = await parse(corpus).catch(unreadable);
const topics = await parse(here('languages.jsonl'));
const queries = await parse(here('queries.jsonl'));
const known = new Set(inCorpus.map((topic) => topic.id));
for (const topic of topics) {
  check(!known.has(topic.id), `languages.jsonl: topic ${topic.id} is also in the corpus`);
  known.add(topic.id);
}
checkTopics(topics);
checkQueries(queries, known);
checkCounts(queries);
check(readFileSync(here('README.md'), 'utf8').includes(SPLIT), `README.md does not name the split "${SPLIT}"`);
for (const error of errors) console.error(error);
console.log(errors.length ? `${errors.length} errors` : `${topics.length} topics, ${queries.length} queries: all well`);
process.exit(errors.length ? 1 : 0);
