// SPDX-License-Identifier: Apache-2.0
// The posts of the topic that are on the page. What is loaded or changed is kept in the props, so that the page is whole
// when one comes back to it.
import { flushSync } from 'svelte';
import type { Author, ListPostsResponse, Post, Topic } from '$gen/types';
import { authorOf } from '$lib/authors';
import { get } from '$lib/api';
import { toasts } from '$lib/toasts.svelte';

export class Stream {
  topic: Topic = $state.raw() as Topic;
  // The number to light up: the one asked for by the address.
  lit = $state(0);
  #busy = false;

  constructor(topic: Topic, lit: number) {
    this.topic = topic;
    this.lit = lit;
  }

  get posts(): Post[] {
    return this.topic.posts;
  }
  get first(): number {
    return this.posts[0]?.number ?? 1;
  }
  get last(): number {
    return this.posts.at(-1)?.number ?? 1;
  }
  author = (id: string): Author => authorOf(this.topic.authors, id);
  find = (id: string): Post | undefined => this.posts.find((post) => post.id === id);

  update(change: Partial<Topic>): void {
    Object.assign(this.topic, change);
    this.topic = { ...this.topic };
  }

  // A post as an answer of the API brings it: new, or changed.
  put(post: Post): void {
    const authors = post.author && !this.topic.authors.some((a) => a.id === post.authorId)
      ? [...this.topic.authors, post.author]
      : this.topic.authors;
    const known = this.find(post.id);
    if (known) this.update({ authors, posts: this.posts.map((p) => (p === known ? { ...known, ...post } : p)) });
    else if (!this.topic.nextPageToken) {
      this.update({ authors, posts: [...this.posts, post].sort((a, b) => a.number - b.number), lastPostNumber: post.number, postsCount: this.topic.postsCount + 1 });
    }
  }

  later = async (event?: Event): Promise<boolean> => {
    event?.preventDefault();
    return !!this.topic.nextPageToken && this.#load(`from=${this.last + 1}`, false);
  };

  earlier = async (event?: Event): Promise<boolean> => {
    event?.preventDefault();
    return !!this.topic.previousPageToken && this.#load(`before=${this.first}`, true);
  };

  // Whether posts came.
  async #load(query: string, before: boolean): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      const page = await get<ListPostsResponse>(`/topics/${this.topic.id}/posts?page_size=20&${query}`);
      const seen = new Set(this.posts.map((post) => post.id));
      const fresh = page.posts.filter((post) => !seen.has(post.id));
      const authors = [...this.topic.authors, ...page.authors];
      // What stood first stays where it is on the screen.
      const anchor = document.getElementById(`p${this.first}`);
      const y = anchor?.getBoundingClientRect().top ?? 0;
      flushSync(() =>
        before
          ? this.update({ authors, posts: [...fresh, ...this.posts], previousPageToken: page.previousPageToken })
          : this.update({ authors, posts: [...this.posts, ...fresh], nextPageToken: page.nextPageToken }),
      );
      if (before && anchor) scrollBy(0, anchor.getBoundingClientRect().top - y);
      return true;
    } catch (error) {
      void toasts.fail(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
