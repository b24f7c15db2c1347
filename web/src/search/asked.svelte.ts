// SPDX-License-Identifier: Apache-2.0
// Asks while somebody types: once they pause, and without what was asked before, whose answer nobody wants any more.
import { get } from '$lib/api';

export class Asked<T> {
  // Of the latest question that was answered; it stays until there is another.
  answer = $state.raw<T | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #under: AbortController | undefined;
  #last = '';

  constructor(readonly wait: number) {}

  // Nothing is asked for an empty path, and the answer goes.
  ask(path: string): void {
    if (path === this.#last) return;
    this.#last = path;
    this.stop();
    if (path) this.#timer = setTimeout(() => void this.#send(path), this.wait);
    else this.answer = null;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#under?.abort();
  }

  async #send(path: string): Promise<void> {
    const under = (this.#under = new AbortController());
    try {
      const answer = await get<T>(path, under.signal);
      if (!under.signal.aborted) this.answer = answer;
    } catch {
      // Suggestions that do not come are none; the next letter asks again.
      if (!under.signal.aborted) this.answer = null;
    }
  }
}
