// SPDX-License-Identifier: Apache-2.0
// Text by the word before: the next token is what follows some other place where the present one stands. The corpus itself is
// the table; nothing is counted but places, so a step costs two look-ups.
import {wordsIn} from './vocabulary.mjs';

/** Token 0 stands between paragraphs. Tokens that stand in few places would only repeat the corpus: from there it jumps. */
const FEW = 3;

export class Chain {
  texts = [''];
  /** The words of each token, as numbers. */
  words = [[]];
  #ids = new Map();
  #stream = [0];
  #number;

  /** @param {import('./vocabulary.mjs').Numbers} numbers shared by all chains */
  constructor(numbers) {
    this.#number = (text) => wordsIn(text).map((word) => numbers.get(word));
  }

  /** One paragraph of the corpus; `said` hears of each word. */
  learn(tokens, said) {
    for (const token of tokens) {
      let id = this.#ids.get(token);
      if (id === undefined) {
        id = this.texts.length;
        // A copy: what was cut out of a post would keep all of it in memory.
        const text = Buffer.from(token).toString();
        this.#ids.set(text, id);
        this.texts.push(text);
        this.words.push(this.#number(token));
      }
      this.#stream.push(id);
      for (const word of this.words[id]) said(word);
    }
    this.#stream.push(0);
  }

  /** @param {{jump: number, jumpFromFew: number}} chances of going on from any place of the corpus instead */
  finish({jump, jumpFromFew}) {
    this.stream = Int32Array.from(this.#stream);
    this.#stream = [];
    this.#ids.clear();
    const size = this.texts.length;
    this.first = new Int32Array(size + 1);
    for (const id of this.stream) ++this.first[id + 1];
    for (let id = 0; id < size; ++id) this.first[id + 1] += this.first[id];
    const filled = this.first.slice();
    // What follows each token, side by side, so that a step reads one place of memory.
    this.followers = new Int32Array(this.stream.length);
    for (let at = 0; at + 1 < this.stream.length; ++at) this.followers[filled[this.stream[at]]++] = this.stream[at + 1];
    Object.assign(this, {jump, jumpFromFew});
    return this;
  }

  count(id) {
    return this.first[id + 1] - this.first[id];
  }

  /** The token after `id`; never 0. */
  after(id, random) {
    const first = this.first[id];
    const count = this.first[id + 1] - first;
    const chance = id === 0 ? 0 : count < FEW ? this.jumpFromFew : this.jump;
    // One draw decides both: whether it jumps, and else where to.
    const draw = random.next();
    if (draw < chance) return this.any(random);
    const next = this.followers[first + Math.floor((draw - chance) / (1 - chance) * count)];
    return next > 0 ? next : this.#start(random);
  }

  /** Any token, as often as it stands in the corpus. */
  any(random) {
    return this.stream[random.below(this.stream.length)] || this.#start(random);
  }

  /** One that begins a paragraph. */
  #start(random) {
    for (;;) {
      const token = this.followers[random.below(this.count(0))];
      if (token > 0) return token;
    }
  }
}
