// SPDX-License-Identifier: Apache-2.0
// The rows of a list, growing as one scrolls. Without JavaScript the link to the next page does the same.
import type { Author, Topic } from '$gen/types';
import { toasts } from '$lib/toasts.svelte';
import type { Props } from '$lib/props';

export class ListMore {
  topics: Topic[] = $state.raw([]);
  authors: Author[] = $state.raw([]);
  next = $state('');
  #p: Props<'list'>;
  #busy = false;

  constructor(p: Props<'list'>) {
    this.#p = p;
    this.#take();
  }

  get nextLink(): string {
    const { order, period } = this.#p.data;
    let query = `?page_token=${encodeURIComponent(this.next)}`;
    if (order) query += `&order=${order}`;
    if (period) query += `&period=${period}`;
    return this.#p.path + query;
  }

  #take(): void {
    const page = this.#p.data.topics;
    this.topics = page.topics;
    this.authors = page.authors;
    this.next = page.nextPageToken;
  }

  // Kept in the props, so that the list is whole when one comes back to it.
  put(topics: Topic[], authors: Author[], nextPageToken = this.next): void {
    this.#p.data.topics = { topics, authors, nextPageToken };
    this.#take();
  }

  more = async (event?: Event): Promise<boolean> => {
    event?.preventDefault();
    return this.next !== '' && this.#load();
  };

  // Whether topics came.
  async #load(): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      const response = await fetch('/_page' + this.nextLink);
      const { data } = (await response.json()) as Props<'list'>;
      const seen = new Set(this.topics.map((topic) => topic.id));
      const fresh = data.topics.topics.filter((topic) => !seen.has(topic.id));
      this.put([...this.topics, ...fresh], [...this.authors, ...data.topics.authors], data.topics.nextPageToken);
      return true;
    } catch (error) {
      void toasts.fail(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
