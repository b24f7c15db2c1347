// SPDX-License-Identifier: Apache-2.0
// Nobody finds what they may not read: random queries by six callers, each answer compared with that of an administrator without what
// the forum itself does not show to the caller. node tests/search/permissions.mjs [--queries N] [--seed 1]
// 2,000 queries in a full test, else 300.
import assert from 'node:assert/strict';
import test from 'node:test';
import {parseArgs} from 'node:util';

import {Forium} from '../harness/forium.mjs';
import {pause} from '../harness/program.mjs';
import {Random} from '../load/grow/random.mjs';
import {allPages} from './answers.mjs';
import {searchPath, uniqueWord, untilIndexed, untilTakenOver} from './indexed.mjs';

const {values: options} = parseArgs({options: {queries: {type: 'string', default: process.env.FORIUM_TEST_FULL ? '2000' : '300'}, seed: {type: 'string', default: '1'}}});
const random = new Random(Number(options.seed));
const LEVELS = {open: undefined, members: 'MEMBER_ROLE', staff: 'MODERATOR_ROLE', board: 'ADMIN_ROLE'};
// Fewer than an answer shows at most (200), so that answers are whole.
const TOPICS = 170;
const WORDS = Array.from({length: 160}, () => {
  const syllables = ['ba', 'ke', 'li', 'mo', 'ru', 'sta', 'tren', 'vi', 'gar', 'pol', 'shi', 'dun'];
  return Array.from({length: 2 + random.below(2)}, () => random.pick(syllables)).join('');
});
const word = () => WORDS[Math.floor(WORDS.length * random.next() ** 2)];
// An index is a moment behind; on a busy machine, a longer one.
const MOMENT_MS = 3000;
const phrase = (count) => Array.from({length: count}, word).join(' ');

class Community {
  static async populate(site) {
    const it = new Community();
    it.site = site;
    it.admin = await site.account('ada', {admin: true});
    const role = (user, name) => site.ok('PUT', `/api/v1/users/${user.id}/role`, {token: it.admin.token, body: {role: name}});
    const [mona, olga, milo, nils] = [await site.account('mona'), await site.account('olga'), await site.account('milo'), await site.account('nils')];
    await role(mona, 'MODERATOR_ROLE');
    await role(olga, 'MODERATOR_ROLE');
    it.authors = [it.admin, mona, olga, milo];
    it.categories = {};
    for (const [slug, level] of Object.entries(LEVELS)) {
      it.categories[slug] = await site.ok('POST', '/api/v1/categories', {token: it.admin.token,
        body: {name: `The ${slug}`, slug: `the-${slug}`, ...(level && {readRole: level, createRole: level})}});
    }
    it.topics = [];
    for (let i = 0; i < TOPICS; ++i) await it.#addTopic(i);
    await role(olga, 'MEMBER_ROLE');
    it.callers = {guest: {}, member: nils, author: milo, 'was a moderator': olga, moderator: mona, administrator: it.admin};
    return it;
  }

  /** A topic with some replies; some of both are taken away again. */
  async #addTopic(i) {
    const slug = random.pick(Object.keys(LEVELS));
    const may = {open: this.authors, members: this.authors, staff: this.authors.slice(0, 3), board: [this.admin]}[slug];
    const {site} = this;
    const topic = await site.ok('POST', '/api/v1/topics', {token: random.pick(may).token,
      body: {categoryId: this.categories[slug].id, title: `${phrase(3)} ${i}`, raw: `${phrase(30)}.`, tags: [random.pick(WORDS.slice(0, 12))]}});
    const posts = [];
    for (let n = random.below(4); n > 0; --n) {
      posts.push(await site.ok('POST', `/api/v1/topics/${topic.id}/posts`, {token: random.pick(may).token, body: {raw: `${phrase(25)}.`}}));
    }
    const token = this.admin.token;
    for (const post of posts) {
      const fate = random.next();
      if (fate < 0.1) await site.ok('DELETE', `/api/v1/posts/${post.id}`, {token});
      else if (fate < 0.2) await site.ok('PUT', `/api/v1/posts/${post.id}/hidden`, {token, body: {hidden: true, reason: 'A test.'}});
    }
    if (random.next() < 0.07) await site.ok('DELETE', `/api/v1/topics/${topic.id}`, {token});
    this.topics.push(topic);
  }

  /** Of each topic that the forum shows to the caller: its posts that are neither hidden nor deleted. */
  async readable(token) {
    const readable = new Map();
    for (const topic of this.topics) {
      const {status, json} = await this.site.api('GET', `/api/v1/topics/${topic.id}/posts?page_size=100`, {token});
      assert.ok([200, 401, 403, 404].includes(status), `topic ${topic.id}: ${status}`);
      if (status !== 200) continue;
      readable.set(topic.id, new Set(json.posts.filter((post) => !post.state || post.state === 'VISIBLE').map((post) => post.id)));
    }
    return readable;
  }
}

function randomQuery() {
  const words = phrase(1 + random.below(3));
  const operators = [`category:the-${random.pick(Object.keys(LEVELS))}`, 'in:title', 'in:first', `@${random.pick(['ada', 'mona', 'olga', 'milo'])}`, `-${word()}`,
    `tag:${random.pick(WORDS.slice(0, 12))}`, 'order:latest', 'order:oldest', 'after:2020', 'is:open', 'has:code'];
  const kind = random.next();
  if (kind < 0.4) return words;
  if (kind < 0.7) return `${words} ${random.pick(operators)}`;
  if (kind < 0.75) return `${random.pick(operators)} ${random.pick(operators)}`;
  if (kind < 0.85) return `"${words}"`;
  if (kind < 0.95) return words.slice(0, -1 - random.below(2));
  const at = 1 + random.below(words.length - 2);
  return words.slice(0, at) + random.pick([...'aeiou']) + words.slice(at + 1);
}

const topicsOf = (answer) => new Set(answer.results.map(({topicId}) => topicId));
const whole = (answer) => !answer.relaxed && !answer.totalIsBound && !answer.interpretation?.corrections?.length;

/** Throws when the answer shows more than the caller may read, or less than there is. */
function compare(query, answer, reference, readable, slugs) {
  for (const {topicId, postId, morePosts = 0} of answer.results) {
    const posts = readable.get(topicId);
    assert.ok(posts, `"${query}" shows topic ${topicId}`);
    assert.ok(posts.has(postId), `"${query}" shows post ${postId} of topic ${topicId}`);
    assert.ok(morePosts < posts.size, `"${query}" counts ${morePosts} more posts of topic ${topicId}, which has ${posts.size}`);
  }
  const found = topicsOf(answer);
  assert.equal(found.size, answer.results.length, `"${query}" shows a topic twice`);
  if (!answer.totalIsBound) assert.equal(answer.total ?? 0, found.size, `"${query}" counts other topics than it shows`);
  // With more than can be shown, facets count what the caller may read beyond that.
  const most = answer.totalIsBound ? readable.size : found.size;
  for (const [name, facets] of Object.entries(answer.facets ?? {})) {
    for (const {value, topics} of facets) {
      assert.ok(topics <= most, `"${query}" counts ${topics} topics for ${value}, of ${most}`);
      assert.ok(name !== 'categories' || slugs.has(value), `"${query}" has category ${value} among its facets`);
    }
  }
  if (!whole(answer) || !whole(reference)) return false;
  const expected = [...topicsOf(reference)].filter((id) => readable.has(id)).sort();
  assert.deepEqual([...found].sort(), expected, `"${query}" differs from what is left of the administrator's answer`);
  return true;
}

test('search shows what its caller may read', async (t) => {
  const site = await Forium.start({flags: ['--no-rate-limit', '--no-access-log', '--log-level', 'error']});
  t.after(() => site.stop());
  const community = await Community.populate(site);
  const {admin, callers, categories} = community;
  await untilIndexed(site, admin.token);
  // In a category that only administrators read.
  const settled = async () => {
    community.topics.push(await untilTakenOver(site, admin.token, categories.board.id));
    // Weights of words follow a little later; pages of an answer that is ranked anew meanwhile do not fit each other.
    await pause(MOMENT_MS);
  };
  await settled();

  const readable = {};
  for (const [name, {token}] of Object.entries(callers)) readable[name] = await community.readable(token);

  await t.test(`${options.queries} random queries by each of six callers`, async () => {
    const slugsOf = {guest: 1, member: 2, author: 2, 'was a moderator': 2, moderator: 3, administrator: 4};
    const slugs = Object.fromEntries(Object.entries(slugsOf).map(([name, count]) =>
      [name, new Set(Object.keys(LEVELS).slice(0, count).map((slug) => `the-${slug}`))]));
    let [answers, equal, results] = [0, 0, 0];
    const ask = async () => {
      for (; answers < Number(options.queries) * Object.keys(callers).length;) {
        const query = randomQuery();
        const reference = await allPages(site, query, {token: admin.token, more: '&facets=true'});
        compare(query, reference, reference, readable.administrator, slugs.administrator);
        for (const [name, {token}] of Object.entries(callers)) {
          ++answers;
          const answer = token === admin.token ? reference : await allPages(site, query, {token, more: '&facets=true'});
          results += answer.results.length;
          if (compare(query, answer, reference, readable[name], slugs[name])) ++equal;
        }
      }
    };
    await Promise.all(Array.from({length: 4}, ask));
    t.diagnostic(`${answers} answers with ${results} results; ${equal} equal to the naive filter, the others only without anything unreadable`);
    assert.ok(equal > answers / 2, `only ${equal} of ${answers} answers could be compared`);
    assert.ok(results > answers, 'hardly anything was found');
  });

  await t.test('words that only the staff wrote are told to nobody else, not by corrections, completions or similar topics', async () => {
    const secret = uniqueWord(() => random.next());
    await site.ok('POST', '/api/v1/topics', {token: admin.token,
      body: {categoryId: categories.staff.id, title: `About ${secret} and ${WORDS[0]}`, raw: `It is ${secret}, and ${WORDS[1]}.`}});
    await settled();
    assert.equal((await allPages(site, secret, {token: admin.token})).results.length, 1, 'the staff finds it');
    const near = secret.slice(0, -1) + (secret.at(-1) === 'b' ? 'c' : 'b');
    for (const [name, {token}] of Object.entries(callers).slice(0, 4)) {
      const told = [searchPath(near), searchPath(secret.slice(0, -1)), searchPath(secret.slice(0, 6)), `/api/v1/search/suggestions?q=${secret.slice(0, 6)}`,
        `/api/v1/search/suggestions?q=${near}`, `/api/v1/search/similar?title=${near}%20${WORDS[0]}&raw=${WORDS[1]}`];
      for (const path of told) {
        const {status, text} = await site.api('GET', path, {token});
        assert.equal(status, 200, path);
        assert.ok(!text.includes(secret), `${name}, ${path}: ${text.slice(0, 400)}`);
      }
      const exact = await allPages(site, secret, {token});
      assert.deepEqual([exact.results.length, exact.total ?? 0], [0, 0], `${name} finds it`);
    }
  });

  await t.test('what is deleted, hidden or made private is found by nobody a moment later, while everybody searches', async () => {
    const marks = Array.from({length: 4}, () => uniqueWord(() => random.next()));
    const [gone, hidden, moved, locked] = marks;
    const category = await site.ok('POST', '/api/v1/categories', {token: admin.token, body: {name: 'Changing', slug: 'changing'}});
    const make = (mark, categoryId = categories.open.id) => site.ok('POST', '/api/v1/topics',
      {token: callers.author.token, body: {categoryId, title: `A topic of ${mark}`, raw: `It says ${mark}.`}});
    const topics = [await make(gone), await make(hidden), await make(moved), await make(locked, category.id)];
    const reply = await site.ok('POST', `/api/v1/topics/${topics[1].id}/posts`, {token: callers.author.token, body: {raw: `${hidden}reply is here.`}});
    await settled();
    const stopAt = {};
    let running = true;
    const searching = Promise.all(marks.concat(`${hidden}reply`).map(async (mark) => {
      while (running) {
        const asked = performance.now();
        const {results = []} = await site.ok('GET', searchPath(mark));
        if (stopAt[mark]) assert.ok(asked < stopAt[mark] + MOMENT_MS || results.length === 0, `${mark} is found ${Math.round(asked - stopAt[mark])} ms after`);
        else assert.equal(results.length, 1, `${mark} is not found before`);
        await pause(5);
      }
    }));
    const changes = [
      [gone, 'DELETE', `/api/v1/topics/${topics[0].id}`],
      [`${hidden}reply`, 'PUT', `/api/v1/posts/${reply.id}/hidden`, {hidden: true, reason: 'A test.'}],
      [moved, 'PATCH', `/api/v1/topics/${topics[2].id}`, {categoryId: categories.staff.id}],
      [locked, 'PATCH', `/api/v1/categories/${category.id}`, {readRole: 'ADMIN_ROLE'}],
    ];
    for (const [mark, method, path, body] of changes) {
      // From here on it may be gone; a moment after the change it must be.
      stopAt[mark] = Infinity;
      await site.ok(method, path, {token: admin.token, body});
      stopAt[mark] = performance.now();
    }
    await pause(MOMENT_MS + 1500);
    running = false;
    await searching;
  });
});
