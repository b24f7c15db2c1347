// SPDX-License-Identifier: Apache-2.0
// What a cold load of the pages of the preview transfers, brotli, images apart, as Chromium asks for it; fails past the
// bounds of the topic page.
import { brotliCompressSync, constants } from 'node:zlib';
import { name, open, pages } from './browser.mjs';

const bounds = { all: 40_000, js: 25_000, css: 7_000 };
const size = (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
const best = (body) => brotliCompressSync(body).length;

const { browser, address, close } = await open(8092);
let failed = false;
for (const [as, path] of pages) {
  const page = await (await browser.newContext()).newPage();
  const sum = { html: 0, css: 0, js: 0, other: 0 };
  const waiting = [];
  page.on('response', (response) => waiting.push(response.body().then((body) => {
    const type = response.headers()['content-type'] ?? '';
    if (/favicon|manifest/.test(response.url())) return;
    // Pages are compressed on the fly, files once and well.
    if (type.includes('html')) sum.html += size(body);
    else sum[type.includes('css') ? 'css' : type.includes('javascript') ? 'js' : 'other'] += best(body);
  }).catch(() => {})));
  await page.goto(address(as, path), { waitUntil: 'load' });
  await page.waitForTimeout(400);
  await Promise.all(waiting);
  const all = sum.html + sum.css + sum.js + sum.other;
  const topic = path.startsWith('/t/') && as === 'guest';
  const over = topic && (all > bounds.all || sum.js > bounds.js || sum.css > bounds.css);
  failed ||= over;
  console.log(`${name(as, path).padEnd(28)} all ${all}  html ${sum.html}  css ${sum.css}  js ${sum.js}  icons ${sum.other}${over ? '  TOO MUCH' : ''}`);
  await page.close();
}
await close();
process.exit(failed ? 1 : 0);
