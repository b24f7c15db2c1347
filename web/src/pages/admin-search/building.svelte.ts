// SPDX-License-Identifier: Apache-2.0
// How the index is: asked every second while it is being built, not at all otherwise.
import type { Index } from '$gen/types';
import { Failure, get, post } from '$lib/api';
import type { Problem } from '$lib/props';
import { toasts } from '$lib/toasts.svelte';
import { m } from '$m/indexing';

const every = 1000;

export class Building {
  index = $state.raw<Index>(undefined as never);
  problem = $state.raw<Problem | null>(null);
  asking = $state(false);
  // The last question had no answer.
  lost = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(given: Index) {
    this.index = given;
  }

  // For an effect: the end of it.
  start(): () => void {
    this.#ended = false;
    this.#soon();
    return () => {
      this.#ended = true;
      clearTimeout(this.#timer);
    };
  }

  get #under(): boolean {
    return this.index.state === 'REBUILDING' || (this.index.state === 'ABSENT' && !!this.index.rebuild);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    if (this.#under && !this.#ended) this.#timer = setTimeout(() => void this.#ask(), every);
  }

  async #ask(): Promise<void> {
    try {
      const before = this.index.state;
      const index = await get<Index>('/admin/search');
      if (this.#ended) return;
      this.index = index;
      this.lost = false;
      if (before !== 'SERVING' && index.state === 'SERVING') void toasts.show(m.done);
    } catch (error) {
      // Logged out, or no moderator any more: nothing will change that.
      if (error instanceof Failure && [401, 403].includes(error.problem.status)) return;
      this.lost = true;
    }
    this.#soon();
  }

  rebuild = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.asking = true;
    this.problem = null;
    try {
      this.index = await post<Index>('/admin/search/rebuild');
      void toasts.show(m.started);
    } catch (error) {
      this.problem = error instanceof Failure ? error.problem : { title: '', status: 0, detail: '', reason: 'INTERNAL' };
    } finally {
      this.asking = false;
    }
    this.#soon();
  };
}
