// SPDX-License-Identifier: Apache-2.0
// Asks a running community the queries of tests/search/quality and compares the answers with the right ones.
import {readFileSync} from 'node:fs';

const QUERIES = new URL('quality/queries.jsonl', import.meta.url);
const PLACES = 10;
export const BOUNDS = {recall: 0.9, mrr: 0.7};

/** @param {'tune' | 'held'} part */
export function queriesOf(part) {
  return readFileSync(QUERIES, 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter((query) => query.part === part);
}

/** Each query with {found, recall, reciprocal}; `found` are the first ten topics, {id, title}. */
export async function askAll(site, queries) {
  const answers = [];
  for (const query of queries) {
    const {results = []} = await site.ok('GET', `/api/v1/search?page_size=${PLACES}&q=${encodeURIComponent(query.query)}`);
    const found = results.slice(0, PLACES).map((it) => ({id: Number(it.topicId), title: it.title}));
    const hits = found.filter(({id}) => query.relevant.includes(id)).length;
    const first = found.findIndex(({id}) => query.relevant.includes(id));
    answers.push({...query, found, recall: hits / Math.min(PLACES, query.relevant.length), reciprocal: first < 0 ? 0 : 1 / (first + 1)});
  }
  return answers;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const score = (answers) => ({queries: answers.length, recall: mean(answers.map((it) => it.recall)),
  mrr: mean(answers.map((it) => it.reciprocal))});

/** [name, score] in all, of each kind and each language. */
export function scores(answers) {
  const groups = grouped(answers, kindOf);
  return [['all', score(answers)], ...[...groups].map(([name, group]) => [name, score(group)])];
}

const kindOf = ({kind, language}) => (kind === 'language' ? `language ${language}` : kind);

function grouped(values, key) {
  const groups = new Map();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
