// SPDX-License-Identifier: Apache-2.0
// Opens the composer at the bottom of the page; its code comes on intent only.
import type { Component } from 'svelte';
import type { Post } from '$gen/types';
import type { Stream } from '../pages/topic/stream.svelte';

export type Target =
  | { kind: 'reply'; stream: Stream; replyTo: number; quote?: string }
  | { kind: 'edit'; stream: Stream; post: Post };

class Docked {
  target = $state.raw<Target | null>(null);
  component = $state.raw<Component | null>(null);
}

export const docked = new Docked();

export async function openComposer(target: Target): Promise<void> {
  if (!docked.component) docked.component = (await import('../composer/Composer.svelte')).default;
  const open = docked.target;
  // A quote into the reply that is being written already.
  if (open?.kind === 'reply' && target.kind === 'reply' && open.stream === target.stream) {
    docked.target = { ...target, replyTo: open.replyTo || target.replyTo };
    return;
  }
  docked.target = target;
}
