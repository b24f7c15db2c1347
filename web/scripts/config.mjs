// SPDX-License-Identifier: Apache-2.0
// Vite's settings for the three builds: the client once a language, and the SSR bundle.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { messages } from './messages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const alias = ['gen', 'lib', 'frame'].map((name) => ({ find: `$${name}`, replacement: `${root}src/${name}` }));

// Files that every page needs, kept in one chunk with the runtime, so that a page costs two scripts.
const shell = /\/node_modules\/|vite\/preload-helper|\/src\/(frame|lib|entry|document)\/|\/src\/App\.svelte|\/messages\/(en|de)\/(frame|time|plural)\.ts/;

function shared(locale) {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [messages(locale), tailwindcss(), svelte({ configFile: `${root}svelte.config.js` })],
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
  return {
    ...config,
    define: { __SSR__: 'false', __LOCALE__: JSON.stringify(locale) },
    publicDir: locale === 'en' ? `${root}public` : false,
    build: {
      ...config.build,
      outDir: 'dist/client',
      emptyOutDir: false,
      manifest: `manifest-${locale}.json`,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: `${root}src/entry/client.ts`,
        output: {
          entryFileNames: 'assets/[name]-[hash].js',
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
          codeSplitting: { groups: [{ name: 'shell', test: (id) => shell.test(id) && !/\/lazy\//.test(id) }] },
        },
      },
    },
  };
}

export function ssr(assets) {
  const config = shared('');
  return {
    ...config,
    define: { __SSR__: 'true', __LOCALE__: '""', __ASSETS__: JSON.stringify(assets), 'process.env.NODE_ENV': '"production"' },
    publicDir: false,
    ssr: { noExternal: true, target: 'webworker' },
    build: {
      ...config.build,
      ssr: true,
      outDir: 'dist/ssr',
      emptyOutDir: false,
      minify: true,
      rolldownOptions: {
        input: `${root}src/entry/ssr.ts`,
        output: { format: 'iife', name: 'pages', entryFileNames: 'render.js', codeSplitting: false },
      },
    },
  };
}
