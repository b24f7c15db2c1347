// SPDX-License-Identifier: Apache-2.0
import type { Props } from '$lib/props';
import type { Stream } from '../stream.svelte';
export async function act(_target: HTMLElement, _stream: Stream, _p: Props<'topic'>): Promise<void> {}
