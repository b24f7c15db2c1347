// SPDX-License-Identifier: Apache-2.0
// Where the rail and the bottom bar lead.
import { userLink } from '$lib/links';
import type { Props } from '$lib/props';
import { m } from '$m/frame';

export type Entry = [href: string, icon: string, label: string, count?: number, glow?: boolean];

const latest = (): Entry => ['/', 'latest', m.latest];
const top = (): Entry => ['/top', 'top', m.top];
const unread = (p: Props): Entry => ['/unread', 'unread', m.unread, p.unread?.unreadTopics, true];
const categories = (label: string): Entry => ['/categories', 'grid', label];

export function railLinks(p: Props): Entry[] {
  const mine: Entry[] = p.me ? [['/new-topics', 'new', m.fresh, p.unread?.newTopics], unread(p)] : [];
  return [latest(), ...mine, top(), ['/tags', 'tag', m.tags], categories(m.allCategories)];
}

export function bottomLinks(p: Props): Entry[] {
  const own: Entry[] = p.me
    ? [['/new', 'pen', m.write], unread(p), [userLink(p.me.username), 'user', m.me]]
    : [top(), ['/login', 'user', m.logIn]];
  return [latest(), categories(m.categories), ['/search', 'search', m.search], ...own];
}
