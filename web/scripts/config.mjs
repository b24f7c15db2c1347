// SPDX-License-Identifier: Apache-2.0
// Vite's settings for the three builds: the client once a language, and the SSR bundle.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { emoji } from './emoji.mjs';
import { messages } from './messages.mjs';
import { runtime, serverComponents, serverRuntime } from './runtime.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Elsewhere with FORIUM_WEB_DIST, for experiments while others build what embeds dist.
export const dist = process.env.FORIUM_WEB_DIST ?? `${root}dist`;
export const next = `${dist}.next`;
const alias = ['gen', 'lib', 'frame'].map((name) => ({ find: `$${name}`, replacement: `${root}src/${name}` }));

// One chunk for what the entry, the lists and topics need, so that reading costs two scripts; the forms' parts in
// another one.
const form = /\/src\/lib\/(form\/|lazy\/problems)|\/messages\/(en|de)\/problems\.ts/;
// What the page of results, the panel of search and similar topics share.
const search = /\/src\/search\/(query|recent|asked|Pieces)/;
const roots = /\/src\/(entry\/client\.ts|pages\/(list|topic)\/\w+Page\.svelte)$/;
const own = /\/src\/pages\/(?!topic\/member-parts)|\/messages\/\w+\/list\.ts/;

function chunks() {
  const shell = new Set();
  const visit = (plugin, id) => {
    if (shell.has(id)) return;
    shell.add(id);
    for (const next of plugin.getModuleInfo(id)?.importedIds ?? []) visit(plugin, next);
  };
  return {
    plugin: {
      name: 'chunks',
      buildEnd() {
        for (const id of this.getModuleIds()) if (roots.test(id)) visit(this, id);
      },
    },
    groups: [
      { name: 'shell', test: (id) => shell.has(id) && !own.test(id) },
      { name: 'form', test: form },
      { name: 'search', test: search },
    ],
  };
}

// Vite's helper in a fifth of its size: what a chunk needs is asked for at once, and style sheets are waited for.
const preload = {
  name: 'preload',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? `const asked = {};
const ask = (path) => (asked[path] ??= new Promise((done) => {
  const css = path.endsWith('.css');
  if (!css || document.querySelector('link[href="/' + path + '"]')) done();
  const link = document.createElement('link');
  link.rel = css ? 'stylesheet' : 'modulepreload';
  link.href = '/' + path;
  link.onload = link.onerror = done;
  document.head.append(link);
}));
export const __vitePreload = (load, paths) => Promise.all((paths || []).map(ask)).then(load);` : null),
};

function shared(locale) {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [messages(locale), emoji, tailwindcss(), svelte({ configFile: `${root}svelte.config.js` })],
    resolve: { alias },
    build: {
      target: 'es2023',
      cssTarget: ['chrome125', 'firefox129', 'safari18'],
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
  };
}

export function client(locale) {
  const config = shared(locale);
  const { plugin, groups } = chunks();
  return {
    ...config,
    plugins: [...config.plugins, plugin, preload, runtime],
    define: { __LOCALE__: JSON.stringify(locale) },
    publicDir: locale === 'en' ? `${root}public` : false,
    build: {
      ...config.build,
      outDir: `${next}/client`,
      emptyOutDir: false,
      manifest: `manifest-${locale}.json`,
      modulePreload: { polyfill: false },
      minify: 'terser',
      terserOptions: { module: true, toplevel: true, ecma: 2020, compress: { passes: 4, pure_getters: true, pure_funcs: ['Symbol'], unsafe_arrows: true, unsafe_methods: true, keep_fargs: false, hoist_props: true } },
      rolldownOptions: {
        input: `${root}src/entry/client.ts`,
        output: {
          entryFileNames: 'assets/[name]-[hash:6].js',
          chunkFileNames: 'assets/[name]-[hash:6].js',
          assetFileNames: 'assets/[name]-[hash:6][extname]',
          codeSplitting: { groups },
        },
      },
    },
  };
}

export function ssr(assets) {
  const config = shared('');
  return {
    ...config,
    plugins: [...config.plugins, serverRuntime, serverComponents],
    define: { __ASSETS__: JSON.stringify(assets), 'process.env.NODE_ENV': '"production"' },
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ...config.build,
      ssr: true,
      outDir: `${next}/ssr`,
      emptyOutDir: false,
      minify: true,
      rolldownOptions: {
        input: `${root}src/entry/ssr.ts`,
        output: { format: 'iife', name: 'pages', entryFileNames: 'render.js', assetFileNames: 'assets/[name]-[hash:6][extname]', codeSplitting: false },
      },
    },
  };
}
