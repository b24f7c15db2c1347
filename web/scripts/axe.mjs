// SPDX-License-Identifier: Apache-2.0
// axe-core on every page of the preview, light and dark, on a desk and a phone: node scripts/axe.mjs [FILTER]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { name, open, pages } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const filter = process.argv[2] ?? '';
const { browser, address, close } = await open(8095);
let found = 0;
for (const [width, colorScheme] of [[1280, 'light'], [1280, 'dark'], [390, 'light']]) {
  for (const [as, path] of pages.filter(([a, p]) => name(a, p).includes(filter))) {
    const page = await (await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true, reducedMotion: 'reduce' })).newPage();
    await page.goto(address(as, path), { waitUntil: 'load' });
    await page.waitForTimeout(200);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    for (const { id, nodes } of violations) {
      found += nodes.length;
      console.log(`${name(as, path)} ${width} ${colorScheme}: ${id} ×${nodes.length}: ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message ?? nodes[0].all[0]?.message ?? ''}`);
    }
    await page.context().close();
  }
}
await close();
console.log(`axe: ${found} violations`);
process.exit(found ? 1 : 0);
