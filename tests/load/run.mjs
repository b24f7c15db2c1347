// SPDX-License-Identifier: Apache-2.0
// ./dev bench: measures the promises on this machine and prints them beside their bounds.
//   node tests/load/run.mjs [--suite | --edge] [--json FILE] [--svg FILE] [--seconds N] [--only PART]
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';

import {measureEdge} from './edge.mjs';
import {measureOneMachine} from './one_machine.mjs';
import {printTable, plot} from './report.mjs';
import {measureSuite} from './suite.mjs';

const {values: options} = parseArgs({options: {
  json: {type: 'string'},
  svg: {type: 'string'},
  seconds: {type: 'string', default: '5'},
  only: {type: 'string', default: ''},
  suite: {type: 'boolean', default: false},
  edge: {type: 'boolean', default: false},
}});

const results = [];
/** @param {{name: string, value: number, unit: string, bound: string, ok: boolean, peer?: string}} result */
function record(result) {
  results.push({peer: null, ...result});
  console.error(`  ${result.name}: ${result.value} ${result.unit}`);
}

const measure = options.edge ? measureEdge : options.suite ? measureSuite : measureOneMachine;
await measure({record, seconds: Number(options.seconds), only: options.only});
printTable(results);
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 2) + '\n');
if (options.svg) writeFileSync(options.svg, plot(results));
const missed = results.filter((result) => !result.ok).length;
console.log(`bench: ${results.length - missed} of ${results.length} bounds held`);
