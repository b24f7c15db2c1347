// SPDX-License-Identifier: Apache-2.0
// The edge as its clients meet it: TLS, HTTP/2, sockets that are handed over. Each against the real program.
//   node tests/edge/run.mjs [PART OF A NAME]
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';

import {temporaryFolder} from '../harness/forium.mjs';
import {tests as acme} from './acme.mjs';
import {tests as handover} from './handover.mjs';
import {tests as sites} from './sites.mjs';
import {tests as status} from './status.mjs';
import {tests as tls} from './tls.mjs';

const wanted = process.argv[2] ?? '';
const all = Object.entries({...acme, ...handover, ...tls, ...sites, ...status}).filter(([name]) => name.includes(wanted));
const root = temporaryFolder('forium-edge');
let passed = 0;
let failed = 0;
for (const [name, run] of all) {
  const folder = join(root, String(passed + failed));
  mkdirSync(folder);
  const began = performance.now();
  try {
    await run(folder);
    ++passed;
    console.log(`ok      ${name} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
rmSync(root, {recursive: true, force: true});
console.log(`edge: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
