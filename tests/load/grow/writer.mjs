// SPDX-License-Identifier: Apache-2.0
// Writes the words of topics: from the chains of the corpus, with words of the topic's title as often as real posts have them, and
// new words as often as the laws of growth say.
import {CODE, ITEM, QUOTE} from './blocks.mjs';
import {wordsIn} from './vocabulary.mjs';

// A word that one post brings up is said again in the same topic more than elsewhere.
const AGAIN_HERE = 0.5;
const REMEMBERED = 1 << 22;
const WORDLIKE = /^[\p{L}\p{N}][\p{L}\p{N}'’-]*$/u;

const escape = (text) => text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
const inlineCode = /`([^`]+)`/g;

/** The HTML of a paragraph that has no markup but `code`. */
function htmlOf(raw) {
  if (!/[&<>`]/.test(raw)) return raw;
  return escape(raw).replace(inlineCode, '<code>$1</code>');
}

/** Invented words of one kind, and where they were said. */
class Invented {
  words = [];
  #said = new Int32Array(1024);
  #count = 0;

  say(index, random) {
    if (this.#count === this.#said.length && this.#count < REMEMBERED) {
      const larger = new Int32Array(2 * this.#count);
      larger.set(this.#said);
      this.#said = larger;
    }
    if (this.#count < this.#said.length) this.#said[this.#count++] = index; else this.#said[random.below(REMEMBERED)] = index;
    return index;
  }

  /** One that was said before, the oftener the likelier. */
  again(random) {
    return this.#said[random.below(this.#count)];
  }
}

export class Writer {
  #model;
  #random;
  #seen;
  #kinds;

  constructor(model, random) {
    this.#model = model;
    this.#random = random;
    this.#seen = new Set(model.vocabulary);
    this.words = model.laws.all.n;
    const names = () => model.newNames.make(random);
    const words = () => (random.next() < 0.15 ? names() : model.newWords.make(random));
    const kind = (chain, law, make) => ({chain, fresh: law.fresh, make, invented: new Invented(), wordlike: null,
      counts: Uint8Array.from(chain.words, (words) => words.length),
      replaceable: Uint8Array.from(chain.texts, (text) => (WORDLIKE.test(text) || /^[A-Za-z_]\w*$/.test(text) ? 1 : 0))});
    const {chains, laws} = model;
    this.#kinds = {prose: kind(chains.prose, laws.prose, words), code: kind(chains.code, laws.code, names)};
    // Laws are of words, chances are of tokens that may be exchanged.
    for (const it of Object.values(this.#kinds)) it.fresh *= wordsPerChance(it);
  }

  get vocabulary() {
    return this.#seen.size;
  }

  /** A new topic's words: {title, keys}; `keys` come back in its posts. */
  topic(length) {
    const {title} = this.#model.chains;
    const random = this.#random;
    const {fresh} = this.#model.laws.title;
    const prose = this.#kinds.prose;
    const tokens = [];
    this.here = [];
    for (let id = 0; tokens.length < length;) {
      id = title.after(id, random);
      if (random.next() >= fresh) tokens.push(title.texts[id]);
      else if (random.next() < 0.85) tokens.push(this.#telling(prose.chain));
      else tokens.push(prose.invented.words[this.#invented(prose)]);
    }
    const text = tokens.join(' ');
    const words = wordsIn(text);
    this.words += words.length;
    for (const word of words) this.#seen.add(word);
    const keys = tokens.filter((token) => token.length > 2 && WORDLIKE.test(token) && !this.#model.common.has(token.toLowerCase()));
    this.keys = keys;
    return {title: text[0].toUpperCase() + text.slice(1), keys: words};
  }

  /**
   * A post of the topic that was begun last. `quoted`: the start of an earlier one, {raw, html, name, number, topic}.
   * @param {[number, number][]} blocks kinds and lengths
   */
  post(blocks, quoted) {
    const raw = [];
    const html = [];
    let items = false;
    for (const [kind, length] of blocks) {
      if (items && kind !== ITEM) html.push('</ul>');
      if (kind === ITEM && !items) html.push('<ul>');
      items = kind === ITEM;
      if (kind === CODE) {
        const text = this.#write(this.#kinds.code, length, '');
        raw.push(`\`\`\`\n${text.raw}\n\`\`\``);
        html.push(`<pre><code class="lang-auto">${text.html}\n</code></pre>`);
      } else if (kind === QUOTE && quoted) {
        const {name, number, topic} = quoted;
        raw.push(`[quote="${name}, post:${number}, topic:${topic}"]\n${quoted.raw}\n[/quote]`);
        html.push(`<aside class="quote" data-username="${name}" data-post="${number}" data-topic="${topic}">\n<div class="title">${name}:</div>` +
          `\n<blockquote>\n<p>${quoted.html}</p>\n</blockquote>\n</aside>`);
      } else if (length > 0) {
        const text = this.#write(this.#kinds.prose, length, ' ');
        raw.push(kind === ITEM ? `- ${text.raw}` : kind === QUOTE ? `> ${text.raw}` : text.raw);
        html.push(kind === ITEM ? `<li>${text.html}</li>` : kind === QUOTE ? `<blockquote>\n<p>${text.html}</p>\n</blockquote>` : `<p>${text.html}</p>`);
      }
    }
    if (items) html.push('</ul>');
    return {raw: raw.join('\n\n'), html: html.join('\n')};
  }

  #write(kind, length, between) {
    const random = this.#random;
    const {chain, fresh, counts, replaceable, invented} = kind;
    const {texts} = chain;
    const withKeys = between && this.keys.length > 0 ? fresh + this.#model.aboutTitle : fresh;
    const tokens = new Array(length);
    let words = 0;
    for (let i = 0, id = 0, before = 0; i < length; ++i, before = id) {
      id = chain.after(id, random);
      // Names that code never puts side by side would make one new name.
      if (!between && counts[id] > 0 && counts[before] > 0) id = this.#apart(chain, random, counts);
      const chance = replaceable[id] ? random.next() : 1;
      if (chance >= withKeys) {
        tokens[i] = texts[id];
        words += counts[id];
      } else {
        tokens[i] = chance >= fresh ? random.pick(this.keys) : invented.words[this.#invented(kind)];
        ++words;
      }
    }
    this.words += words;
    const raw = tokens.join(between);
    return {raw, html: between ? htmlOf(raw) : escape(raw)};
  }

  /** A token of code without words. */
  #apart(chain, random, counts) {
    let id = 0;
    while (id === 0 || counts[id] > 0) id = chain.any(random);
    return id;
  }

  /** A word that the corpus does not have: a new one when there should be more by now, else one said before. */
  #invented(kind) {
    const random = this.#random;
    const {invented} = kind;
    if (this.#seen.size < this.#model.laws.all.at(this.words) || invented.words.length === 0) {
      for (;;) {
        const word = kind.make();
        const [folded, ...others] = wordsIn(word);
        if (others.length || folded === undefined || this.#seen.has(folded)) continue;
        this.#seen.add(folded);
        this.here.push(invented.words.length);
        this.hereKind = kind;
        return invented.say(invented.words.push(word) - 1, random);
      }
    }
    const here = this.hereKind === kind && this.here.length > 0 && random.next() < AGAIN_HERE;
    return invented.say(here ? random.pick(this.here) : invented.again(random), random);
  }

  /** A word of the corpus that says something: of a few, the rarest. */
  #telling(chain) {
    let best;
    for (let i = 0; i < 4; ++i) {
      const id = chain.any(this.#random);
      if (WORDLIKE.test(chain.texts[id]) && (best === undefined || chain.count(id) < chain.count(best))) best = id;
    }
    return chain.texts[best ?? chain.any(this.#random)];
  }
}

/** Words a token that may be exchanged: how much likelier each of those must be invented. */
function wordsPerChance({chain, counts, replaceable}) {
  let [words, chances] = [0, 0];
  for (const id of chain.stream) {
    words += counts[id];
    chances += replaceable[id];
  }
  return words / chances;
}
