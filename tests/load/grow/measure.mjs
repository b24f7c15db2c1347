// SPDX-License-Identifier: Apache-2.0
// What a forum in JSON lines is like, counted from its lines alone: to compare a grown one with the real one.
import {blocksOf, CODE, QUOTE} from './blocks.mjs';
import {Growth, Numbers, wordsIn} from './vocabulary.mjs';

const LIKE = 2;
const share = (part, all) => (all > 0 ? part / all : 0);

/** Where `p` per cent of sorted `values` are below. */
function percentile(values, p) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
}

export class Measure {
  #numbers = new Numbers();
  #growth = new Growth();
  #lengths = [];
  #words = [];
  #topics = [];
  #authors = new Map();
  #categories = new Map();
  #months = new Map();
  #counts = {code: 0, quote: 0, solved: 0, likes: 0, raw: 0, titleWords: 0};
  #ids = new Set();

  get posts() {
    return this.#lengths.length;
  }

  add(topic) {
    const say = (text) => {
      const words = wordsIn(text);
      for (const word of words) this.#growth.add(this.#numbers.get(word));
      return words.length;
    };
    const {posts} = topic.post_stream;
    this.#counts.titleWords += say(topic.title);
    this.#topics.push(posts.length);
    const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
    count(this.#categories, topic.category_id);
    if (posts.some((post) => post.accepted_answer)) ++this.#counts.solved;
    for (const post of posts) {
      this.#ids.add(post.id);
      const blocks = blocksOf(post);
      this.#lengths.push((post.raw ?? '').length);
      this.#words.push(blocks.reduce((sum, {kind, tokens}) => sum + (kind === QUOTE ? 0 : say(tokens.join(kind === CODE ? '' : ' '))), 0));
      count(this.#authors, post.user_id);
      count(this.#months, post.created_at.slice(0, 7));
      if (blocks.some(({kind}) => kind === CODE)) ++this.#counts.code;
      if (blocks.some(({kind}) => kind === QUOTE)) ++this.#counts.quote;
      if (post.raw) ++this.#counts.raw;
      this.#counts.likes += post.actions_summary?.find(({id}) => id === LIKE)?.count ?? 0;
    }
  }

  /** What is known by now. */
  result() {
    const posts = this.posts;
    const topics = this.#topics.length;
    const active = [...this.#authors.values()].sort((a, b) => b - a);
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const of = (values) => Object.fromEntries([50, 90, 99].map((p) => [`p${p}`, percentile(values, p)]));
    return {
      posts, topics, postsOfTopic: {mean: share(posts, topics), ...of(this.#topics)},
      length: {mean: mean(this.#lengths), ...of(this.#lengths)}, words: {mean: mean(this.#words), ...of(this.#words)},
      titleWords: share(this.#counts.titleWords, topics), vocabulary: this.#growth.law(),
      authors: active.length, ofMostActive: share(active.slice(0, Math.ceil(active.length / 10)).reduce((a, b) => a + b, 0), posts),
      code: share(this.#counts.code, posts), quotes: share(this.#counts.quote, posts), likes: share(this.#counts.likes, posts),
      solved: share(this.#counts.solved, topics), idsTwice: posts - this.#ids.size,
      categories: new Map([...this.#categories].map(([id, count]) => [id, count / topics])),
      months: [...this.#months].sort(([a], [b]) => (a < b ? -1 : 1)),
    };
  }
}
