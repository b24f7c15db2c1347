// SPDX-License-Identifier: Apache-2.0
// Navigation without reloading: fetches a page's props, swaps the page, keeps history and scroll. Whatever it cannot do
// it leaves to the browser.
import { flushSync, tick } from 'svelte';
import { pages } from '../pages';
import { current, type Page } from './current.svelte';
import type { Props } from './props';

interface Loaded {
  props: Props;
  component: Page;
  // Where a redirect has led.
  href: string;
}

const memory = new Map<string, Loaded & { y: number }>();
const prefetched = new Map<string, { at: number; page: Promise<Loaded> }>();
const freshFor = 15_000;
let key = '0';
let turn = 0;
let shown = '';

const hrefOf = (url: URL) => url.pathname + url.search;

async function load(href: string): Promise<Loaded> {
  const response = await fetch('/_page' + href, { headers: { accept: 'application/json' } });
  const props = await response.json();
  if (props.redirect) return load(props.redirect);
  const component = (await pages[props.page as Props['page']](props.me !== null)).default;
  return { props, component, href };
}

export function prefetch(href: string): Promise<Loaded> {
  const known = prefetched.get(href);
  if (known && Date.now() - known.at < freshFor) return known.page;
  const page = load(href);
  page.catch(() => prefetched.delete(href));
  prefetched.set(href, { at: Date.now(), page });
  return page;
}

// What was fetched ahead may be out of date after a change.
export const forget = (): void => prefetched.clear();

function draw(change: () => void): Promise<void> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (!document.startViewTransition || still) {
    change();
    return tick();
  }
  const transition = document.startViewTransition(() => flushSync(change));
  transition.finished.catch(() => {});
  return transition.updateCallbackDone;
}

function remember(): void {
  memory.set(key, { props: current.props, component: current.component, href: shown, y: scrollY });
  if (memory.size > 30) memory.delete(memory.keys().next().value as string);
}

function show(page: Loaded): void {
  current.set(page.props, page.component);
  document.title = page.props.title;
  shown = location.pathname + location.search;
}

// Where one looks after a page came: the post or the fragment asked for, else the top.
function settle(hash: string, y?: number): void {
  const target = hash ? document.getElementById(decodeURIComponent(hash.slice(1))) : document.querySelector('.lit');
  if (y !== undefined) scrollTo(0, y);
  else if (target) target.scrollIntoView();
  else scrollTo(0, 0);
  document.getElementById('main')?.focus({ preventScroll: true });
  current.announcement = document.title;
}

async function visit(href: string, mine: number): Promise<Loaded | null> {
  const timer = setTimeout(() => (current.slow = true), 300);
  try {
    const page = await prefetch(href);
    prefetched.delete(href);
    return mine === turn ? page : null;
  } finally {
    clearTimeout(timer);
    if (mine === turn) current.slow = false;
  }
}

export async function go(to: string, replace = false): Promise<void> {
  const url = new URL(to, location.href);
  const mine = ++turn;
  let page: Loaded | null;
  try {
    page = await visit(hrefOf(url), mine);
  } catch {
    location.href = url.href;
    return;
  }
  if (!page) return;
  remember();
  if (!replace) key = `${Date.now()}.${turn}`;
  const target = page.href.includes('#') || page.href !== hrefOf(url) ? page.href : page.href + url.hash;
  history[replace ? 'replaceState' : 'pushState']({ key }, '', target);
  await draw(() => show(page));
  settle(new URL(target, location.href).hash);
}

// The same page with what has changed since.
export async function refresh(): Promise<void> {
  forget();
  const mine = ++turn;
  const page = await visit(location.pathname + location.search, mine);
  if (page) {
    current.props = page.props;
    document.title = page.props.title;
  }
}

async function popped(event: PopStateEvent): Promise<void> {
  const next = event.state?.key as string | undefined;
  if (!next && location.pathname + location.search === shown) return;
  remember();
  key = next ?? '0';
  const mine = ++turn;
  const known = memory.get(key);
  try {
    const page = known ?? (await visit(location.pathname + location.search, mine));
    if (!page) return;
    await draw(() => show(page));
    settle(location.hash, known?.y);
  } catch {
    location.reload();
  }
}

// The address of a link that this router may follow, else null. Those of search open a panel (entry/client.ts).
function ours(event: Event): URL | null {
  const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
  if (!link || link.target || link.rel === 'search' || link.hasAttribute('download') || link.origin !== location.origin) return null;
  const url = new URL(link.href);
  return /^\/(api|assets|_page)\/|\.\w+$/.test(url.pathname) ? null : url;
}

function clicked(event: MouseEvent): void {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = ours(event);
  if (!url) return;
  if (url.hash && hrefOf(url) === shown) return;
  const post = url.hash && /^\/t\//.test(url.pathname) && document.getElementById(url.hash.slice(1));
  event.preventDefault();
  if (post && url.pathname.split('/')[3] === shown.split('/')[3]) {
    // A post of this very topic that is on the page already.
    post.scrollIntoView({ behavior: 'smooth' });
    post.focus({ preventScroll: true });
    history.replaceState({ key }, '', url);
    shown = hrefOf(url);
    light(post);
  } else void go(url.href);
}

export function light(post: Element): void {
  for (const other of document.querySelectorAll('.lit')) other.classList.remove('lit');
  post.classList.add('lit');
}

function intended(event: Event): void {
  const url = ours(event);
  if (url && hrefOf(url) !== shown && !(navigator as { connection?: { saveData?: boolean } }).connection?.saveData)
    prefetch(hrefOf(url)).catch(() => {});
}

export function start(): void {
  // A post asked for by the path alone; after a reload the browser restores the place itself.
  if (!history.state && !location.hash) document.querySelector('.lit')?.scrollIntoView();
  key = history.state?.key ?? key;
  shown = location.pathname + location.search;
  history.replaceState({ key }, '');
  history.scrollRestoration = 'manual';
  addEventListener('pagehide', () => (history.scrollRestoration = 'auto'));
  addEventListener('pageshow', () => (history.scrollRestoration = 'manual'));
  addEventListener('popstate', popped);
  document.addEventListener('click', clicked);
  let resting = 0;
  document.addEventListener('mouseover', (event) => {
    clearTimeout(resting);
    resting = window.setTimeout(() => intended(event), 65);
  });
  document.addEventListener('touchstart', intended, { passive: true });
  document.addEventListener('focusin', intended);
}
