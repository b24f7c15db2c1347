// SPDX-License-Identifier: Apache-2.0
// People who reply as fast as they are answered, and remember every answer.

export class Writers {
  constructor(admin) {
    this.admin = admin;
    this.topics = [];
    /** Texts of posts that were answered with 201. */
    this.acknowledged = [];
    this.count = 0;
    /** Answers that were refusals: status and Retry-After. */
    this.refusals = [];
  }

  async openTopics(forium, count) {
    const {categories} = await forium.ok('GET', '/api/v1/categories');
    const category = categories[0] ?? await forium.ok('POST', '/api/v1/categories',
      {token: this.admin.token, body: {name: 'Writing'}});
    for (let i = 0; i < count; ++i) {
      const topic = await forium.ok('POST', '/api/v1/topics', {token: this.admin.token,
        body: {categoryId: category.id, title: `Written by many, number ${i}`, raw: 'It begins.'}});
      this.topics.push(topic.id);
    }
  }

  /** `writers` at once until the server is gone or `signal` says stop. */
  async write(forium, writers, signal) {
    await Promise.all(Array.from({length: writers}, async (_, writer) => {
      while (!signal?.aborted) {
        const text = `word-${++this.count}-${writer}`;
        const topic = this.topics[this.count % this.topics.length];
        try {
          const answer = await forium.api('POST', `/api/v1/topics/${topic}/posts`,
            {token: this.admin.token, body: {raw: text}});
          if (answer.status !== 201) {
            this.refusals.push({status: answer.status, retryAfter: answer.headers.get('retry-after'), text: answer.text});
            return;
          }
          this.acknowledged.push(text);
        } catch {
          return;
        }
      }
    }));
  }

  /** Every refusal was a 503 that says when to come back. */
  proveRefusals() {
    const wrong = this.refusals.filter(({status, retryAfter}) => status !== 503 || !retryAfter);
    if (wrong.length > 0) throw new Error(`${wrong.length} other refusals, as ${JSON.stringify(wrong[0])}`);
  }

  /** Which answered posts are not there any more. */
  async missing(forium) {
    const there = new Set();
    for (const topic of this.topics) {
      for (let token = ''; ;) {
        const page = await forium.ok('GET',
          `/api/v1/topics/${topic}/posts?page_size=100&page_token=${encodeURIComponent(token)}`);
        for (const post of page.posts) {
          const [text] = /word-\d+-\d+/.exec(post.html) ?? [];
          if (text) there.add(text);
        }
        token = page.nextPageToken;
        if (!token) break;
      }
    }
    return this.acknowledged.filter((text) => !there.has(text));
  }
}
