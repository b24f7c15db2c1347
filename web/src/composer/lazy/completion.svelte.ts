// SPDX-License-Identifier: Apache-2.0
// Completion while one types: what is offered, which of it the keys are at, and where it is shown.
import type { Author } from '$gen/types';
import type { Word } from '../word';
import { caretBox } from './caret';
import { find, type Option } from './options';

const row = 44;
const width = 288;

export class Completion {
  options: Option[] = $state.raw([]);
  active = $state(0);
  left = $state(0);
  // From the upper edge of the window, or from the lower one where there is no room below the line.
  top = $state(0);
  above = $state(false);
  #word: Word | null = null;
  #area: HTMLTextAreaElement | null = null;
  #people: () => Author[];
  #replace: (from: number, text: string) => void;

  constructor(people: () => Author[], replace: (from: number, text: string) => void) {
    this.#people = people;
    this.#replace = replace;
  }

  look(word: Word | null, area: HTMLTextAreaElement): void {
    this.#word = word;
    this.#area = area;
    if (!word) return this.close();
    let first = true;
    void find(word, this.#people(), (options) => {
      if (this.#word !== word) return;
      const held = first ? '' : this.options[this.active]?.name;
      first = false;
      // A name that is written out already needs no list.
      this.options = word.kind === '@' && options.length === 1 && options[0]!.name === word.typed ? [] : options;
      this.active = Math.max(0, this.options.findIndex(({ name }) => name === held));
      this.place();
    });
  }

  // At the word, also after scrolling.
  place = (): void => {
    if (!this.#word || !this.#area || !this.options.length) return;
    const caret = caretBox(this.#area, this.#word.from);
    const height = this.options.length * row + 16;
    this.above = caret.bottom + height > innerHeight && caret.top > height;
    this.left = Math.max(8, Math.min(caret.left, innerWidth - width - 8));
    this.top = this.above ? innerHeight - caret.top + 4 : caret.bottom + 4;
  };

  close(): void {
    this.#word = null;
    this.options = [];
    this.active = 0;
  }

  choose(option: Option): void {
    const from = this.#word?.from;
    this.close();
    if (from !== undefined) this.#replace(from, option.text);
  }

  // Whether the key was for the list.
  key(event: KeyboardEvent): boolean {
    const count = this.options.length;
    if (!count || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    if (event.key === 'ArrowDown') this.active = (this.active + 1) % count;
    else if (event.key === 'ArrowUp') this.active = (this.active + count - 1) % count;
    else if (event.key === 'Enter' || event.key === 'Tab') this.choose(this.options[this.active]!);
    else if (event.key === 'Escape') this.close();
    else {
      if (/^(Arrow|Home|End|Page)/.test(event.key)) this.close();
      return false;
    }
    return true;
  }
}
