// SPDX-License-Identifier: Apache-2.0
// What the frame of every page tells a member: how much is unread, and who one is.
import type { ListCategoriesResponse, Unread } from '$gen/types';
import { get } from '$lib/api';
import { current } from '$lib/current.svelte';
import { refresh } from '$lib/router';
import type { Follower } from './live';

// Many topics may move at once, and for everybody.
const soon = 2000;

export function join(): Follower {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = false;

  async function count(): Promise<void> {
    timer = undefined;
    if (document.hidden) return void (due = true);
    due = false;
    const unread = await get<Unread>('/me/unread').catch(() => current.props.unread);
    const before = current.props.unread;
    if (unread?.unreadTopics === before?.unreadTopics && unread?.newTopics === before?.newTopics) return;
    const { categories } = await get<ListCategoriesResponse>('/categories').catch(() => current.props);
    current.props = { ...current.props, unread, categories };
  }
  const later = () => void (timer ??= setTimeout(count, soon * (1 + Math.random())));
  const shown = () => due && later();
  document.addEventListener('visibilitychange', shown);
  return {
    hear({ type, kind }) {
      if (kind === 'user.changed') void refresh().catch(() => {});
      else if (type !== 'subscribed') later();
    },
    leave() {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
    },
  };
}
