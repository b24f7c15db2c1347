// SPDX-License-Identifier: Apache-2.0
// Pictures of the pages: node scripts/shots.mjs FOLDER [WIDTHS] [SCHEMES] [FILTER] [LANG], for example
// node scripts/shots.mjs /tmp/shots 390,1280 light,dark topic. Says every console message and layout shift.
import { mkdirSync } from 'node:fs';
import { name, open, pages } from './browser.mjs';

const [folder = '/tmp/shots', widths = '390,768,1280,1920', schemes = 'light,dark', filter = '', lang = 'en'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const { browser, address, close } = await open(8091);
let wrong = 0;
for (const width of widths.split(',').map(Number)) {
  for (const scheme of schemes.split(',')) {
    for (const [as, path] of pages.filter(([a, p]) => name(a, p).includes(filter))) {
      const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: scheme });
      const page = await context.newPage();
      page.on('console', (message) => (wrong++, console.log(name(as, path), width, message.text())));
      page.on('pageerror', (error) => (wrong++, console.log(name(as, path), width, error.message)));
      await page.addInitScript(() => {
        globalThis.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((e) => {
          globalThis.shift += e.value;
          globalThis.shifted = e.sources.map((s) => s.node?.outerHTML ?? s.node?.textContent).join(' | ').slice(0, 200);
        })).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(address(as, path, lang), { waitUntil: 'load' });
      await page.waitForTimeout(350);
      const { shift, shifted, wide } = await page.evaluate(() => ({ shift: globalThis.shift, shifted: globalThis.shifted, wide: document.documentElement.scrollWidth > innerWidth }));
      if (shift > 0) (wrong++, console.log(name(as, path), width, 'layout shift', shift, shifted));
      if (wide) (wrong++, console.log(name(as, path), width, 'wider than the screen'));
      await page.screenshot({ path: `${folder}/${name(as, path)}-${width}-${scheme}.png` });
      await context.close();
    }
  }
}
await close();
process.exit(wrong ? 1 : 0);
