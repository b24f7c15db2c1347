// SPDX-License-Identifier: Apache-2.0
// ./dev bench: measures the promises on this machine and prints them beside their bounds.
//   node tests/load/run.mjs [--suite | --edge | --search [--posts N] [--part held] [--slow N]] [--json FILE] [--svg FILE] [--seconds N] [--only PART]
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';

import {measureEdge} from './edge.mjs';
import {measureOneMachine} from './one_machine.mjs';
import {printTable, plot} from './report.mjs';
import {measureSearch} from './search.mjs';
import {measureSuite} from './suite.mjs';

const {values: options} = parseArgs({options: {
  json: {type: 'string'},
  svg: {type: 'string'},
  seconds: {type: 'string', default: '5'},
  only: {type: 'string', default: ''},
  suite: {type: 'boolean', default: false},
  edge: {type: 'boolean', default: false},
  search: {type: 'boolean', default: false},
  posts: {type: 'string', default: '1000000'},
  part: {type: 'string', default: 'tune'},
  slow: {type: 'string', default: '0'},
}});

const results = [];
/** @param {{name: string, value: number, unit: string, bound: string, ok: boolean, peer?: string}} result */
function record(result) {
  results.push({peer: null, ...result});
  console.error(`  ${result.name}: ${result.value} ${result.unit}`);
}

/** The queries that took longest, for those who look for the reason. */
function showSlowest(answers) {
  const slowest = [...answers].sort((a, b) => b.ms - a.ms).slice(0, Number(options.slow));
  for (const {ms, path} of slowest) console.error(`    ${ms.toFixed(1)} ms ${decodeURIComponent(path)}`);
}

const measure = options.search ? measureSearch : options.edge ? measureEdge : options.suite ? measureSuite : measureOneMachine;
await measure({record, seconds: Number(options.seconds), only: options.only, posts: Number(options.posts), part: options.part, slow: showSlowest});
printTable(results);
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 2) + '\n');
if (options.svg) writeFileSync(options.svg, plot(results));
const missed = results.filter((result) => !result.ok).length;
console.log(`bench: ${results.length - missed} of ${results.length} bounds held`);
