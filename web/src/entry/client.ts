// SPDX-License-Identifier: Apache-2.0
// Takes over the page that the server has drawn.
import { hydrate } from 'svelte';
import '../app.css';
import App from '../App.svelte';
import { pages } from '../pages';
import { clock } from '$lib/clock.svelte';
import { current } from '$lib/current.svelte';
import { start } from '$lib/router';
import type { Post } from '$gen/types';
import type { Props } from '$lib/props';

// The texts of posts are in the page already and not again in its props.
function takeTexts(posts: Post[] | undefined): void {
  for (const post of posts ?? []) {
    const text = document.querySelector(`#p${post.number} .prose`);
    post.html = text?.innerHTML.replace(/^<!---->|<!---->$/g, '') ?? '';
  }
}

// Links that open the panel of search, whose code comes on intent.
function seek(event: Event): void {
  const link = (event.target as Element).closest?.<HTMLAnchorElement>('[rel=search]');
  const { type, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
  if (!link || ctrlKey || metaKey || shiftKey) return;
  const panel = import('../search/quick');
  if (type !== 'click') return;
  event.preventDefault();
  panel.then(({ find }) => find(new URL(link.href).searchParams.get('q') ?? ''), () => (location.href = link.href));
}

// Not with a top-level await: the page's chunk imports this one, and would wait for it for ever.
async function main(): Promise<void> {
  const props = JSON.parse(document.getElementById('props')!.textContent!) as Props;
  if (props.page === 'topic') takeTexts(props.data.topic.posts);
  current.set(props, (await pages[props.page](props.me !== null)).default);
  hydrate(App, { target: document.getElementById('app')! });
  clock.start();
  start();
  document.documentElement.dataset.ready = '';
  for (const intent of ['mouseover', 'focusin', 'click'] as const) document.addEventListener(intent, seek);
  const keys: KeyboardEvent[] = [];
  const kept = (event: KeyboardEvent): void => {
    // What Firefox would begin to find by itself before the keys' code is there.
    if (event.key === '/' && event.target === document.body) event.preventDefault();
    if (keys.push(event) > 1) return;
    void import('../lib/lazy/keys').then(({ listen }) => (removeEventListener('keydown', kept), listen(keys)));
  };
  addEventListener('keydown', kept);
}

void main();
