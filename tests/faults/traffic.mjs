// SPDX-License-Identifier: Apache-2.0
// People who read and write all the time through any of several gateways, and remember how each request ended. A reply
// that was not answered is sent again under the same Idempotency-Key until it is, as a good client would.
import {randomUUID} from 'node:crypto';

import {pause} from '../harness/program.mjs';

const PATIENCE_MS = 20_000;
const THINK_MS = 15;

export class Traffic {
  /** @param {{urls: string[], token: string, topics: {id: string, slug: string}[], readers?: number, writers?: number}} options */
  constructor({urls, token, topics, readers = 6, writers = 6}) {
    Object.assign(this, {urls, token, topics, counts: {readers, writers}});
    /** {at, ms, kind: 'page' | 'api' | 'reply', status, clean}; status 0: the connection broke. */
    this.requests = [];
    /** Texts of replies that were answered with 201. */
    this.acknowledged = [];
    /** Answers that a fault must not cause: anything but success and a 503 with Retry-After. */
    this.unclean = [];
    this.words = 0;
  }

  start() {
    this.running = true;
    this.workers = [
      ...Array.from({length: this.counts.readers}, (_, i) => this.#read(i)),
      ...Array.from({length: this.counts.writers}, (_, i) => this.#write(i)),
    ];
    return this;
  }

  async stop() {
    this.running = false;
    await Promise.all(this.workers);
  }

  /** One request through gateway number `way`; its record. */
  async #send(kind, way, path, options = {}) {
    const at = performance.now();
    const record = {at, kind, gateway: way % this.urls.length, status: 0, clean: true};
    try {
      const answer = await fetch(this.urls[record.gateway] + path,
        {redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...options});
      record.status = answer.status;
      const text = await answer.text();
      const good = answer.status < 400;
      record.clean = good || (answer.status === 503 && answer.headers.has('retry-after'));
      if (!record.clean) record.text = text.slice(0, 300);
    } catch (error) {
      record.error = error.cause?.code ?? error.name;
    }
    record.ms = performance.now() - at;
    if (!record.clean) this.unclean.push(record);
    this.requests.push(record);
    return record;
  }

  // Cookies and bearer tokens keep answers out of the page cache: each one goes to the services.
  async #read(number) {
    const headers = {authorization: `Bearer ${this.token}`};
    for (let i = number; this.running; ++i) {
      const topic = this.topics[i % this.topics.length];
      const kind = i % 2 ? 'page' : 'api';
      const path = kind === 'page' ? `/t/${topic.slug}/${topic.id}` : `/api/v1/topics/${topic.id}`;
      await this.#send(kind, number, path, {headers});
      await pause(THINK_MS);
    }
  }

  async #write(number) {
    while (this.running) {
      const text = `word-${++this.words}-${number}-${randomUUID().slice(0, 8)}`;
      const topic = this.topics[this.words % this.topics.length];
      const options = {method: 'POST', body: JSON.stringify({raw: text}),
        headers: {'content-type': 'application/json', authorization: `Bearer ${this.token}`, 'idempotency-key': randomUUID()}};
      // Even when told to stop: whether it was written is to be known.
      for (let attempt = 0; attempt < 400; ++attempt) {
        const {status} = await this.#send('reply', number + attempt, `/api/v1/topics/${topic.id}/posts`, options);
        if (status === 201) {
          this.acknowledged.push(text);
          break;
        }
        await pause(100);
      }
      await pause(THINK_MS);
    }
  }

  /** What went wrong between two moments: how many of each kind, and from the first to the last of them in ms. */
  failures(from = 0, to = Infinity) {
    const bad = this.requests.filter(({at, ms, status}) => at + ms >= from && at <= to && (status === 0 || status >= 400));
    const ends = bad.map(({at, ms}) => at + ms);
    return {
      all: this.requests.filter(({at}) => at >= from && at <= to).length,
      failed: bad.length,
      reads: bad.filter(({kind}) => kind !== 'reply').length,
      broken: bad.filter(({status}) => status === 0).length,
      spanMs: bad.length ? Math.max(...ends) - Math.min(...ends) : 0,
      lastAt: bad.length ? Math.max(...ends) : 0,
    };
  }

  /** Waits until requests of each kind succeed, after `from`; milliseconds since then to the end of the last failure. */
  async recovery(from, calmMs = 1500, seconds = 30) {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      await pause(50);
      const now = performance.now();
      const {lastAt} = this.failures(from);
      const good = this.requests.filter(({at, ms, status}) => at >= now - calmMs && at + ms <= now && status > 0 && status < 400);
      const kinds = new Set(good.map(({kind}) => kind));
      if (now - Math.max(lastAt, from) >= calmMs && kinds.size === 3) return Math.max(0, lastAt - from);
    }
    throw new Error(`requests did not succeed again within ${seconds} s`);
  }
}

/** Texts of this traffic's replies, as the topics show them now. */
export async function shownWords(site, topics) {
  const words = [];
  for (const topic of topics) {
    for (let token = ''; ;) {
      const page = await site.ok('GET', `/api/v1/topics/${topic.id}/posts?page_size=100&page_token=${encodeURIComponent(token)}`);
      for (const post of page.posts) {
        const [text] = /word-\d+-\d+-[0-9a-f]+/.exec(post.html) ?? [];
        if (text) words.push(text);
      }
      token = page.nextPageToken;
      if (!token) break;
    }
  }
  return words;
}
