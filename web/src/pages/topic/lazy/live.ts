// SPDX-License-Identifier: Apache-2.0
import type { Stream } from '../stream.svelte';
export function start(_page: HTMLElement, _stream: Stream, _member: boolean): () => void { return () => {}; }
