// SPDX-License-Identifier: Apache-2.0
// Words as they are counted here, how their number grows with a text, and new ones.
//
// Heaps' law: a text of n words has K n^beta different ones. Where it ends (n0, V0), the next word is one that was never seen
// with the chance beta V0 / n0. If what is written later is of the same kind, that is also the share of all words later on
// that are not of the first V0 ones, most of them said again and again (the Pitman–Yor process): so generated text takes
// that share of its words from invented ones, and invents one whenever the law says that there should be more.

export const wordsIn = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** Counts words (or anything) as they come, and fits the law to the last five doublings, through the last point. */
export class Growth {
  n = 0;
  V = 0;
  #seen = [];
  #points = [];
  #next = 64;

  /** @param {number} word its number, small */
  add(word) {
    if (!this.#seen[word]) {
      this.#seen[word] = true;
      ++this.V;
    }
    if (++this.n < this.#next) return;
    this.#points.push([Math.log(this.n), Math.log(this.V)]);
    this.#next = Math.ceil(this.#next * Math.SQRT2);
  }

  law() {
    const {n, V} = this;
    const end = [Math.log(this.n), Math.log(V)];
    const points = [...this.#points.slice(-10), end];
    const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    const beta = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) /
      points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
    return {n, V, beta, K: Math.exp(end[1] - beta * end[0]), at: (words) => V * (words / n) ** beta,
      fresh: beta * V / n};
  }
}

/** Words as numbers, in the order in which they first came. */
export class Numbers {
  #of = new Map();

  get(word) {
    let number = this.#of.get(word);
    if (number === undefined) this.#of.set(word, (number = this.#of.size));
    return number;
  }

  values() {
    return this.#of.keys();
  }
}

/** Words that look like `examples`: letter after letter by the two before it. */
export class Letters {
  #next = new Map();

  constructor(examples) {
    for (const word of examples) {
      const text = `\u0002\u0002${word}\u0003`;
      for (let i = 2; i < text.length; ++i) {
        const key = text.slice(i - 2, i);
        this.#next.set(key, (this.#next.get(key) ?? '') + text[i]);
      }
    }
  }

  make(random, longest = 24) {
    let text = '\u0002\u0002';
    while (text.length < longest + 2) {
      const letters = this.#next.get(text.slice(-2));
      const letter = letters[random.below(letters.length)];
      if (letter === '\u0003') break;
      text += letter;
    }
    return text.slice(2);
  }
}

/** Identifiers of the parts of others: `GetVertexBuffer` and `SetModel` make `GetModel`. */
export class Identifiers {
  #heads = [];
  #tails = [];

  constructor(examples) {
    for (const name of examples) {
      const parts = name.match(/[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+|_+/g) ?? [];
      if (parts.length < 2) continue;
      const cut = parts.length >> 1;
      this.#heads.push(parts.slice(0, cut).join(''));
      this.#tails.push(parts.slice(cut).join(''));
    }
  }

  make(random) {
    const name = random.pick(this.#heads) + random.pick(this.#tails);
    return random.next() < 0.3 ? name + random.pick(this.#tails) : name;
  }
}
