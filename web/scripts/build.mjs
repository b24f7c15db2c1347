// SPDX-License-Identifier: Apache-2.0
// Builds web/dist: the client of each language, then the SSR bundle that knows their hashed names.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'vite';
import { client, dist as target, next, ssr } from './config.mjs';
import { locales } from './messages.mjs';

// Made beside dist and then put in its place, so that nobody finds a half of it.
const dist = new URL(`file://${next}/`);
const json = (name) => JSON.parse(readFileSync(new URL(name, dist), 'utf8'));

// What a chunk needs beside itself, transitively, without what the entry brings already.
function closure(manifest, key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  return [chunk, ...(chunk.imports ?? []).flatMap((k) => closure(manifest, k, seen))];
}
const files = (chunks) => [...new Set(chunks.map((c) => `/${c.file}`))];
const styles = (chunks) => [...new Set(chunks.flatMap((c) => (c.css ?? []).map((f) => `/${f}`)))];

function assetsOf(manifest) {
  const entry = closure(manifest, 'src/entry/client.ts');
  const known = new Set([...files(entry), ...styles(entry)]);
  const pages = {};
  for (const [key, chunk] of Object.entries(manifest)) {
    // `topic`, and `topic+` for what members load beside it.
    const page = /^src\/pages\/([\w-]+)\/\w+Page\.svelte$/.exec(key)?.[1] ?? /^src\/pages\/([\w-]+)\/member\.ts$/.exec(key)?.[1].concat('+');
    if (!page || !chunk.isDynamicEntry) continue;
    const all = closure(manifest, key);
    pages[page] = {
      js: files(all).filter((f) => !known.has(f)),
      css: styles(all).filter((f) => !known.has(f)),
    };
  }
  const [main, ...more] = files(entry);
  return { main, js: more, css: styles(entry), pages };
}

rmSync(dist, { recursive: true, force: true });
const assets = {};
for (const locale of locales) {
  await build(client(locale));
  const manifest = `client/manifest-${locale}.json`;
  assets[locale] = assetsOf(json(manifest));
  rmSync(new URL(manifest, dist));
}
await build(ssr(assets));
writeFileSync(new URL('ssr/assets.json', dist), JSON.stringify(assets, null, 1));

const { THEME_SCRIPT } = await import('../src/document/theme-script.js');
const hash = createHash('sha256').update(THEME_SCRIPT).digest('base64');
writeFileSync(new URL('ssr/csp.json', dist), JSON.stringify({ scriptHashes: [`sha256-${hash}`] }));

rmSync(target, { recursive: true, force: true });
renameSync(dist, target);
