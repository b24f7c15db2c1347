// SPDX-License-Identifier: Apache-2.0
import { mount, unmount } from 'svelte';
import type { Category } from '$gen/types';
import type { Stream } from '../stream.svelte';
import EditTopic from './EditTopic.svelte';

export function editTopic(stream: Stream, categories: Category[]): void {
  const dialog = mount(EditTopic, { target: document.body, props: { stream, categories, close: () => void unmount(dialog) } });
}
