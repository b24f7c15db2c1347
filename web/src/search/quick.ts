// SPDX-License-Identifier: Apache-2.0
// Opens the panel of search. On the page of results the field is there already.
import { mount, unmount } from 'svelte';
import Quick from './Quick.svelte';

let panel: Record<string, unknown> | null = null;

export function find(q = ''): void {
  const field = document.querySelector<HTMLInputElement>('.ask input');
  if (field && !q) {
    field.focus();
    field.select();
  } else panel ??= mount(Quick, { target: document.body, props: { q, close: () => panel && (void unmount(panel), (panel = null)) } });
}
