// SPDX-License-Identifier: Apache-2.0
// Asks for the state again every two seconds, while somebody looks and did not stop it.
import { Failure, get } from '$lib/api';
import type { Edge } from './edge';

const every = 2000;
const afterFailure = 6000;

export class Following {
  latest = $state.raw<Edge | null>(null);
  paused = $state(false);
  // The last question had no answer.
  failed = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #ended = false;

  // For an effect: the end of it.
  start(): () => void {
    const look = () => (document.hidden ? clearTimeout(this.#timer) : this.#soon(0));
    document.addEventListener('visibilitychange', look);
    if (!document.hidden) this.#soon(every);
    return () => {
      this.#ended = true;
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', look);
    };
  }

  toggle(): void {
    this.paused = !this.paused;
    clearTimeout(this.#timer);
    if (!this.paused) this.#soon(0);
  }

  #soon(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.paused || this.#ended) return;
    this.#asking = true;
    try {
      const edge = await get<Edge>('/edge');
      if (!this.#ended && !this.paused) this.latest = edge;
      this.failed = false;
    } catch (error) {
      this.failed = true;
      // Logged out, or an administrator no more: nothing will change that.
      if (error instanceof Failure && [401, 403].includes(error.problem.status)) this.paused = true;
    }
    this.#asking = false;
    if (!this.#ended && !this.paused && !document.hidden) this.#soon(this.failed ? afterFailure : every);
  }
}
