// SPDX-License-Identifier: Apache-2.0
// What all measurements on the corpus share: how often, how quietly, and which topics stand for it.
import {existsSync} from 'node:fs';
import {get} from 'node:http';
import {join} from 'node:path';

import {CORPUS} from '../harness/forium.mjs';

export const ROUNDS = 3;
export const QUIET = ['--no-rate-limit', '--no-access-log', '--log-level', 'error'];
export const round = (value, digits = 0) => Number(value.toFixed(digits));

export const CATEGORIES = join(CORPUS, 'categories.json');

/** The real forum, which is no part of this tree; throws where it is missing. */
export function archive() {
  const path = join(CORPUS, 'urho3d-discourse-topics.jsonl.xz');
  if (!existsSync(path)) throw new Error(`the corpus is missing: ${path}`);
  return path;
}

/** Topics with at least 20 posts, so that their page has 20. */
export async function longTopics(forium, count) {
  const found = [];
  for (let token = ''; found.length < count;) {
    const page = await forium.ok('GET', `/api/v1/topics?page_size=100&page_token=${encodeURIComponent(token)}`);
    found.push(...page.topics.filter((topic) => topic.postsCount >= 20));
    token = page.nextPageToken;
    if (!token) break;
  }
  return found.slice(0, count);
}

/** Of nine such topics the one whose page has the median size. */
export async function typicalTopic(forium) {
  const sized = await Promise.all((await longTopics(forium, 9)).map(async (topic) =>
    ({topic, size: (await body(forium.url + pathOf(topic), {'Accept-Encoding': 'identity'})).length})));
  return sized.sort((a, b) => a.size - b.size)[4].topic;
}

export const pathOf = (topic) => `/t/${topic.slug}/${topic.id}`;

/** The body as it travels, not decoded. */
export function body(url, headers) {
  return new Promise((done, failed) => {
    get(url, {headers}, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('end', () => done(Buffer.concat(chunks)));
    }).on('error', failed);
  });
}
