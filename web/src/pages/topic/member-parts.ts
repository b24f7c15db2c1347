// SPDX-License-Identifier: Apache-2.0
// What only members see of a topic. A chunk of its own (member.ts) fills it before the page is drawn, so that guests do
// not load it; the SSR bundle has it from the start.
import type { Component } from 'svelte';
import type { Allowed, Me, Post, Topic } from '$gen/types';

interface Parts {
  PostActions: Component<{ post: Post; topic: Topic; me: Me }>;
  TopicForms: Component<{ link: string }>;
  TopicMenu: Component<{ topic: Topic; allowed: Allowed }>;
}

export const parts = {} as Parts;
