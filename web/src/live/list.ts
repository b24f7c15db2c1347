// SPDX-License-Identifier: Apache-2.0
// What happens in the list that is open: rows keep up where they stand, what is new waits at the top until it is wanted.
import { mount, unmount } from 'svelte';
import type { Author, Topic } from '$gen/types';
import type { Props } from '$lib/props';
import { m } from '$m/live';
import type { ListMore } from '../pages/list/list-more.svelte';
import type { Message } from './connection';
import type { Follower } from './live';
import Pill from './Pill.svelte';
import { steady } from './steady';
import { Unseen } from './unseen.svelte';

interface Context {
  element: HTMLElement;
  list: ListMore;
  p: Props<'list'>;
}

export function join({ element, list, p }: Context): Follower {
  const { kind, order, tag } = p.data;
  const byTime = (kind === 'latest' || kind === 'category' || kind === 'tag') && (!order || order === 'latest');
  const made = new Set<string>();
  const moved = new Set<string>();
  const unseen = new Unseen((count) => (moved.size ? m.changedTopics(count) : m.newTopics(count)));
  const count = () => unseen.set(made.size + moved.size);
  const rows = () => element.querySelectorAll('.row');
  const known = (id: string) => list.topics.find((topic) => topic.id === id);

  function update(topic: Topic, authors: Author[]): void {
    const row = known(topic.id)!;
    const { lastReadNumber, isNew } = row;
    const unreadCount = lastReadNumber ? Math.max(0, topic.lastPostNumber - lastReadNumber) : 0;
    const next = { ...row, ...topic, lastReadNumber, isNew, unreadCount };
    steady(rows(), () => list.put(list.topics.map((it) => (it === row ? next : it)), [...authors, ...list.authors]));
  }

  // Whether the order of this list is another one by it.
  function moves(topic: Topic, isMade: boolean): boolean {
    if (tag && !topic.tags.includes(tag)) return false;
    if (isMade) return byTime || kind === 'new' || order === 'created';
    return byTime && list.topics.find((it) => !it.pinned)?.id !== topic.id;
  }

  function happened({ kind: what, topic, authors = [], topicId }: Message): void {
    const id = topic?.id ?? topicId;
    const mine = topic?.lastPosterId === p.me?.id;
    if (what === 'topic.removed') {
      made.delete(id);
      moved.delete(id);
      if (known(id)) steady(rows(), () => list.put(list.topics.filter((it) => it.id !== id), list.authors));
    } else {
      const isMade = what === 'topic.created';
      if (what !== 'topic.changed' && !mine && !made.has(id) && moves(topic, isMade)) (isMade || !known(id) ? made : moved).add(id);
      if (known(id)) update(topic, authors);
    }
    count();
  }

  const first = async () => ((await (await fetch(`/_page${location.pathname}${location.search.replace(/[?&]page_token=[^&]*/, '')}`)).json()) as Props<'list'>).data?.topics;

  // What one has missed, without the order.
  async function again(): Promise<void> {
    const page = await first();
    for (const topic of page?.topics ?? []) {
      const row = known(topic.id);
      if (row?.version === topic.version && row.bumpedAt === topic.bumpedAt) continue;
      happened({ type: 'event', kind: !row ? 'topic.created' : row.bumpedAt === topic.bumpedAt ? 'topic.changed' : 'topic.bumped', topic, authors: page!.authors });
    }
  }

  async function show(): Promise<void> {
    const page = await first();
    if (!page) return;
    const before = new Set([...made, ...moved]);
    made.clear();
    moved.clear();
    count();
    const come = new Set(page.topics.map((topic) => topic.id));
    steady(rows(), () => list.put([...page.topics, ...list.topics.filter((topic) => !come.has(topic.id))], [...page.authors, ...list.authors], list.next || page.nextPageToken));
    for (const [i, row] of [...rows()].entries()) row.classList.toggle('come', before.has(list.topics[i]!.id));
    (element.querySelector('.row.come .title') as HTMLElement | null)?.focus({ preventScroll: true });
  }

  const pill = mount(Pill, { target: element, anchor: element.querySelector('.topics, .empty')!, props: { unseen, icon: 'up', go: () => void show() } });
  return {
    async hear(message) {
      if (message.type === 'event') happened(message);
      else if (message.type !== 'refused') await again();
    },
    leave: () => void unmount(pill),
  };
}
