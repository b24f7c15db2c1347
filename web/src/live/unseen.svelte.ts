// SPDX-License-Identifier: Apache-2.0
// How much has come that the reader has not seen: in the pill, and in the title for other tabs. Told to who listens, at
// most now and then.
import { current } from '$lib/current.svelte';

const quiet = 15_000;

export class Unseen {
  count = $state(0);
  #told = 0;

  constructor(readonly words: (count: number) => string) {}

  set(count: number): void {
    const more = count > this.count;
    this.count = count;
    document.title = document.title.replace(/^(\(\d+\) )?/, count ? `(${count}) ` : '');
    if (!more || Date.now() - this.#told < quiet) return;
    this.#told = Date.now();
    current.announcement = this.words(count);
  }
}
