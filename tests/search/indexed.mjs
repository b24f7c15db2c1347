// SPDX-License-Identifier: Apache-2.0
// A community whose index is asked and waited for.
import {until} from '../harness/program.mjs';

/** The index as an administrator sees it; numbers are numbers. */
export async function indexOf(site, token) {
  const index = await site.ok('GET', '/api/v1/admin/search', {token});
  const number = (value) => Number(value ?? 0);
  return {state: 'ABSENT', cause: 'FIRST', ...index, postsCount: number(index.postsCount), wordsCount: number(index.wordsCount),
    bytes: number(index.bytes), textBytes: number(index.textBytes), eventsBehind: number(index.eventsBehind),
    rebuild: index.rebuild && {...index.rebuild, postsDone: number(index.rebuild.postsDone), postsTotal: number(index.rebuild.postsTotal)}};
}

/** Waits until it serves, knows all events and is not being built. */
export function untilIndexed(site, token, seconds = 120) {
  return until('the index is complete', async () => {
    const index = await indexOf(site, token);
    return index.state === 'SERVING' && index.eventsBehind === 0 && index;
  }, seconds);
}

export const searchPath = (query, more = '') => `/api/v1/search?q=${encodeURIComponent(query)}${more}`;

/** A word that nobody wrote. */
export function uniqueWord(random = Math.random) {
  return 'zq' + Array.from({length: 12}, () => 'bcdfghjklmnpqrstvwxz'[Math.floor(random() * 20)]).join('');
}

/** Writes a topic into the category and waits until it is found: then everything that was written before it is known, too. */
export async function untilTakenOver(site, token, categoryId) {
  const word = uniqueWord();
  const topic = await site.ok('POST', '/api/v1/topics', {token, body: {categoryId, title: `A mark: ${word}`, raw: 'It tells that the index is here.'}});
  await until('the index knows all', async () => (await site.ok('GET', searchPath(word), {token})).results?.length === 1, 60);
  return topic;
}
