// SPDX-License-Identifier: Apache-2.0
export { Completion } from './completion.svelte';
export { default as Suggestions } from './Suggestions.svelte';
