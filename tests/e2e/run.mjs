// SPDX-License-Identifier: Apache-2.0
// Runs the browser flows against the real program: flows/<noun>.mjs, each an array of {name, windows, run}.
//   node tests/e2e/run.mjs [--engine sqlite|postgres|suite] [PART OF A NAME]
import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {openBrowser} from '../harness/browser.mjs';
import {takeEngines} from '../harness/engines.mjs';
import {Community} from './community.mjs';
import {Flow} from './flow.mjs';

const AT_ONCE = 2;
const args = process.argv.slice(2);
const engines = takeEngines(args, ['sqlite']);
const wanted = (args[0] ?? '').toLowerCase();
const folder = join(dirname(fileURLToPath(import.meta.url)), 'flows');

const queue = [];
for (const file of readdirSync(folder).sort()) {
  const {default: flows} = await import(join(folder, file));
  for (const {name, windows, run} of flows) {
    for (const window of windows) queue.push({name: `${file.replace('.mjs', '')}: ${name} [${window.name}]`, window, run});
  }
}
let chosen = [];

let passed = 0;
let failed = 0;
const browser = await openBrowser();
try {
  for (const engine of engines) {
    chosen = queue.filter(({name}) => name.toLowerCase().includes(wanted));
    const community = await Community.start(engine);
    try {
      await Promise.all(Array.from({length: AT_ONCE}, () => work(community)));
    } finally {
      await community.stop();
    }
  }
} finally {
  await browser.close();
}
console.log(`e2e: ${passed} passed, ${failed} failed (${engines.join(', ')})`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function work(community) {
  for (let it = chosen.shift(); it; it = chosen.shift()) {
    const flow = new Flow(browser, community, it.window);
    const began = performance.now();
    try {
      await it.run(flow);
      await flow.end();
      ++passed;
      if (process.env.FORIUM_TEST_TIMES) console.log(`${((performance.now() - began) / 1000).toFixed(1)} s ${it.name}`);
    } catch (error) {
      ++failed;
      console.error(await flow.fail(it.name, error));
    }
  }
}
