// SPDX-License-Identifier: Apache-2.0
// Live updates against real programs: who hears what, who does not, what is heard later, who is sent away.
//   node tests/realtime/run.mjs [--engine sqlite|suite] [PART OF A CLAIM]
import {strict as assert} from 'node:assert';

import {takeEngines} from '../harness/engines.mjs';
import {Forium} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';
import {Suite} from '../harness/suite.mjs';
import {channels} from './channels.mjs';
import {delivery} from './delivery.mjs';
import {gateways} from './gateways.mjs';
import {protocol} from './protocol.mjs';
import {secrets} from './secrets.mjs';
import {World} from './world.mjs';

const args = process.argv.slice(2);
const engines = takeEngines(args, ['sqlite', 'suite']);
const wanted = args[0] ?? '';
const flags = ['--no-rate-limit', '--no-access-log', '--realtime-heartbeat', '1s', '--realtime-per-address', '40'];

async function start(engine) {
  if (engine === 'suite') return {site: await Suite.start({flags, gateways: 2})};
  const port = await freePort();
  const site = await Forium.start({flags: [...flags, '--admin-listen', `127.0.0.1:${port}`]});
  return {site, metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()};
}

let passed = 0;
let failed = 0;
for (const engine of engines) {
  const {site, metrics} = await start(engine);
  try {
    const world = await World.populate(site, metrics);
    // Everything on one process; between processes only what differs there.
    const claims = engine === 'suite' ? {...channels, ...gateways} : {...protocol, ...channels, ...secrets, ...delivery};
    for (const [name, claim] of Object.entries(claims)) {
      if (!name.includes(wanted)) continue;
      try {
        await claim(world);
        ++passed;
      } catch (error) {
        ++failed;
        console.error(`FAILED ${name} [${engine}]\n  ${(error.stack ?? String(error)).replaceAll('\n', '\n  ')}`);
      } finally {
        world.leave();
      }
    }
    if (engine === 'sqlite' && wanted === '') {
      const leaver = await world.socket();
      const stopped = site.stop();
      try {
        assert.equal(await leaver.closed(), 1001);
        ++passed;
      } catch (error) {
        ++failed;
        console.error(`FAILED a server that leaves says so [${engine}]\n  ${error.message}`);
      }
      await stopped;
    }
  } finally {
    await site.stop();
  }
}
console.log(`realtime: ${passed} passed, ${failed} failed (${engines.join(', ')})`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
