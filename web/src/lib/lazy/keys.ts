// SPDX-License-Identifier: Apache-2.0
// The keyboard: j and k walk through posts and rows, letters go places, / searches, ? shows all of it.
import { mount, unmount } from 'svelte';
import { go } from '../router';
import Keys from './Keys.svelte';

export const places: Record<string, string> = { h: '/', n: '/new-topics', u: '/unread', t: '/top', c: '/categories', s: '/settings' };
let pending = false;
// What is typed while the panel of search is on its way: no letter of it is a command.
let early: string | null = null;
let help: Record<string, unknown> | null = null;

function walk(step: number): void {
  const items = [...document.querySelectorAll<HTMLElement>('.row, .post, .hit')];
  const top = innerHeight * 0.35;
  let at = items.findIndex((item) => item.contains(document.activeElement));
  if (at < 0) at = items.findIndex((item) => item.getBoundingClientRect().bottom > top) - (step > 0 ? 1 : 0);
  const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
  if (!next) return;
  (next.querySelector<HTMLElement>('.title') ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: 'center' });
}

function press(selector: string): void {
  const within = document.activeElement?.closest('.post');
  const target = within?.querySelector<HTMLElement>(selector) ?? document.querySelector<HTMLElement>(selector);
  target?.click();
}

function showHelp(): void {
  help ??= mount(Keys, { target: document.body, props: { close: () => help && (void unmount(help), (help = null)) } });
}

function search(): void {
  early = '';
  void import('../../search/quick').then(({ find }) => find(early ?? '')).finally(() => (early = null));
}

function pressed(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, [contenteditable], dialog')) return;
  if (early !== null) {
    if (event.key === 'Backspace') early = early.slice(0, -1);
    else if (event.key.length === 1) early += event.key;
    return event.preventDefault();
  }
  if (pending) {
    pending = false;
    const place = places[event.key];
    if (place) void go(place);
    return;
  }
  switch (event.key) {
    case 'j': return walk(1);
    case 'k': return walk(-1);
    case 'l': return press('[data-do=like]');
    case 'r': return void (press('[data-do=reply]'), event.preventDefault());
    case 'e': return press('[data-do=edit]');
    case '/':
      event.preventDefault();
      return search();
    case 'c': return void go('/new');
    case '.': return press('.unseen button');
    case '?': return showHelp();
    case 'g':
      pending = true;
      setTimeout(() => (pending = false), 1200);
  }
}

// Begins with the keys that made this module load, or came meanwhile.
export function listen(first: KeyboardEvent[]): void {
  document.addEventListener('keydown', pressed);
  first.forEach(pressed);
}
