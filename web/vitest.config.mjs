// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { emoji } from './scripts/emoji.mjs';
import { messages } from './scripts/messages.mjs';

const src = fileURLToPath(new URL('./src/', import.meta.url));
export default defineConfig({
  plugins: [messages('en'), emoji, svelte()],
  resolve: { alias: ['gen', 'lib', 'frame'].map((name) => ({ find: `$${name}`, replacement: `${src}${name}` })), conditions: ['browser'] },
  test: { include: ['src/**/*.test.ts'] },
});
