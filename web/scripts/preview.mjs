// SPDX-License-Identifier: Apache-2.0
// Serves the built pages with invented content: node scripts/preview.mjs [port]. `?as=member` or `?as=admin` signs in,
// `?lang=de` changes the language, `?live=1` lets things happen; all are remembered in cookies. Sends the product's Content-Security-Policy.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import vm from 'node:vm';
import { answer } from '../fixtures/api.mjs';
import { props } from '../fixtures/pages.mjs';
import { upgrade } from '../fixtures/realtime.mjs';

// Elsewhere, where something may build while this serves.
const dist = process.env.FORIUM_WEB_DIST ? new URL(`file://${process.env.FORIUM_WEB_DIST}/`) : new URL('../dist/', import.meta.url);
const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };

// A context without Web APIs, as JavaScriptCore is.
export function renderer() {
  const context = vm.createContext({});
  vm.runInContext(readFileSync(new URL('ssr/render.js', dist), 'utf8'), context);
  return (json) => {
    const { categories, ...own } = JSON.parse(json);
    context.own = JSON.stringify(own);
    context.common = JSON.stringify(categories);
    return withProps(vm.runInContext('render(own, common)', context), json);
  };
}

// As the gateway does it: what `<script>` or `<!--` could end or begin is written otherwise, and the texts of posts are in the page already.
function withProps(html, json) {
  const props = JSON.parse(json);
  const bare = props.page === 'topic' ? JSON.stringify(props, (key, value) => (key === 'html' ? '' : value)) : json;
  return html.replace(/(?=<\/script><\/body><\/html>$)/, () => bare.replaceAll('<', '\\u003c'));
}

function policy() {
  const { scriptHashes } = JSON.parse(readFileSync(new URL('ssr/csp.json', dist), 'utf8'));
  const scripts = scriptHashes.map((hash) => `'${hash}'`).join(' ');
  return `default-src 'none'; script-src 'self' ${scripts}; style-src 'self'; img-src 'self' https: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

export function serve(port) {
  const render = renderer();
  const csp = policy();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const cookies = Object.fromEntries((request.headers.cookie ?? '').split('; ').map((c) => c.split('=')));
    const send = (status, type, body, headers = {}) => response.writeHead(status, { 'content-type': type, ...headers }).end(body);
    let body = '';
    for await (const chunk of request) body += chunk;
    if (/^\/(assets\/|favicon)/.test(url.pathname)) {
      try {
        const file = readFileSync(new URL(`client${url.pathname}`, dist));
        return send(200, types[url.pathname.split('.').pop()], file, { 'cache-control': 'public, max-age=31536000, immutable' });
      } catch {
        return send(404, 'text/plain', 'no such file');
      }
    }
    if (url.pathname === '/manifest.webmanifest') return send(200, types.json, '{"name":"Plot Twist"}');
    const as = url.searchParams.get('as') ?? cookies.as ?? 'guest';
    const lang = url.searchParams.get('lang') ?? cookies.lang ?? 'en';
    if (url.pathname.startsWith('/api/')) {
      const { status, json } = answer(request.method, url, body, as);
      return send(status, types.json, JSON.stringify(json));
    }
    const bare = url.pathname.startsWith('/_page') ? url.pathname.slice(6) || '/' : url.pathname;
    const json = JSON.stringify(props(bare, url.searchParams, as, lang));
    const live = url.searchParams.get('live') ?? cookies.live ?? '';
    const headers = { 'set-cookie': [`as=${as}; Path=/`, `lang=${lang}; Path=/`, `live=${live}; Path=/`] };
    if (bare !== url.pathname) return send(200, types.json, json, headers);
    try {
      return send(200, 'text/html; charset=utf-8', render(json), { ...headers, 'content-security-policy': csp });
    } catch (error) {
      console.log(bare, error.message);
      return send(500, 'text/plain', 'The page could not be rendered.');
    }
  });
  server.on('upgrade', upgrade);
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const port = +(process.argv[2] ?? 8090);
  await serve(port);
  console.log(`http://127.0.0.1:${port}/`);
}
