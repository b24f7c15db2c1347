// SPDX-License-Identifier: Apache-2.0
// Who writes: newcomers as the corpus' law of them says, everybody else as often as they wrote before, so that activity stays
// as unequal as it was.
import {Letters} from './vocabulary.mjs';

// Some of the time it is somebody who wrote lately: people come and go.
const LATELY = 0.5;
const LATELY_POSTS = 20_000;

export class People {
  #random;
  #law;
  #wrote;  // who wrote each post, in order
  #count;
  #names;
  #taken;
  #letters;
  #nextId;

  constructor(model, random, posts) {
    this.#random = random;
    this.#law = model.peoplesLaw;
    this.#wrote = new Int32Array(Math.max(posts, model.posts) + 1000);
    this.#wrote.set(model.authorOfPosts);
    this.#count = model.posts;
    this.#names = new Map(model.authors);
    this.#taken = new Set([...model.authors.values()].map((name) => name.toLowerCase()));
    this.#letters = new Letters(model.authors.values());
    this.#nextId = Math.max(...model.authors.keys()) + 1;
  }

  name(id) {
    return this.#names.get(id);
  }

  get number() {
    return this.#names.size;
  }

  /** `count` different people for one topic. */
  some(count) {
    const chosen = [];
    for (let tries = 0; chosen.length < count; ++tries) {
      const fresh = this.#names.size < this.#law.at(this.#count + chosen.length) || tries > 20 * count;
      const id = fresh ? this.#newcomer() : this.#known();
      if (!chosen.includes(id)) chosen.push(id);
    }
    return chosen;
  }

  wrote(id) {
    if (this.#count < this.#wrote.length) this.#wrote[this.#count++] = id;
  }

  #known() {
    const back = this.#random.next() < LATELY ? Math.min(LATELY_POSTS, this.#count) : this.#count;
    return this.#wrote[this.#count - 1 - this.#random.below(back)];
  }

  #newcomer() {
    let name = '';
    for (let tries = 0; name.length < 3 || this.#taken.has(name.toLowerCase()); ++tries) {
      name = this.#letters.make(this.#random, 16) + (tries > 3 ? this.#random.below(1000) : '');
    }
    this.#taken.add(name.toLowerCase());
    this.#names.set(this.#nextId, name);
    return this.#nextId++;
  }
}
