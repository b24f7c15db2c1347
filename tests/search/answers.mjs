// SPDX-License-Identifier: Apache-2.0
// What a search answers, whole: every page of it, and what two indexes must agree on.
import {indexOf, searchPath} from './indexed.mjs';

const PAGES = 40;

/** All pages of an answer: the first one, with `results` of all. */
export async function allPages(site, query, {token, more = ''} = {}) {
  const first = await site.ok('GET', searchPath(query, `&page_size=50${more}`), {token});
  const results = [...first.results ?? []];
  for (let page = first, count = 1; page.nextPageToken; ++count) {
    if (count > PAGES) throw new Error(`"${query}" has no end: ${PAGES} pages`);
    page = await site.ok('GET', searchPath(query, `&page_size=50&page_token=${encodeURIComponent(page.nextPageToken)}`), {token});
    results.push(...page.results ?? []);
  }
  return {...first, results};
}

/** What an index holds and answers, without what differs between two of the same: times and files. */
export async function stateOf(site, token, queries) {
  const {postsCount, topicsCount, wordsCount, textBytes} = await indexOf(site, token);
  const answers = {};
  for (const query of queries) {
    const {results = [], total = 0, interpretation = {}} = await site.ok('GET', searchPath(query), {token});
    answers[query] = {total, words: interpretation.words, corrections: interpretation.corrections,
      found: results.map(({topicId, postId, snippet = []}) => `${topicId}/${postId} ${snippet.map(({text}) => text).join('')}`)};
  }
  return {postsCount, topicsCount, wordsCount, textBytes, answers};
}
