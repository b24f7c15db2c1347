// SPDX-License-Identifier: Apache-2.0
// The quality report of the search: recall and MRR in all and per kind, and every miss.
//   node tests/search/run.mjs [--part tune | held] [--check] [--json FILE] [--only TEXT] [--data DIR]
// The held part is for reports: of it only sums are shown. --check ends with 1 below the bounds.
// The imported corpus with its index is kept among the temporary files until the program or the corpus changes, or --data names it.
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';

import {CORPUS} from '../harness/forium.mjs';
import {withImported} from './imported.mjs';
import {askAll, BOUNDS, queriesOf, score, scores} from './quality.mjs';

function printScores(answers) {
  console.log(`${''.padEnd(14)} queries  recall@10    MRR`);
  for (const [name, it] of scores(answers)) {
    console.log(`${name.padEnd(14)} ${String(it.queries).padStart(7)}  ${it.recall.toFixed(3).padStart(9)}  ${it.mrr.toFixed(3).padStart(5)}`);
  }
}

function printMisses(answers) {
  const missed = answers.filter((it) => it.recall < 1 || it.reciprocal < 1);
  console.log(`\n${missed.length} of ${answers.length} are not all there or not first:`);
  for (const {id, query, kind, relevant, found, recall, reciprocal, note} of missed) {
    const place = reciprocal > 0 ? `first right one at ${Math.round(1 / reciprocal)}` : 'nothing right';
    console.log(`${id} ${kind} "${query}": ${place}, recall ${recall.toFixed(2)}; wanted ${relevant.join(', ')} (${note})`);
    for (const it of found.slice(0, reciprocal === 1 ? 0 : 3)) console.log(`     ${String(it.id).padStart(7)}  ${it.title}`);
  }
}

async function main() {
  const {values: options} = parseArgs({options: {part: {type: 'string', default: 'tune'}, check: {type: 'boolean', default: false},
    json: {type: 'string'}, only: {type: 'string', default: ''}, data: {type: 'string'}}});
  if (!existsSync(join(CORPUS, 'urho3d-discourse-topics.jsonl.xz'))) {
    console.log('search quality: skipped, the corpus is missing');
    return;
  }
  await withImported(async (forium) => {
    const queries = queriesOf(options.part).filter(({id, kind, language}) => `${id} ${kind} ${language}`.includes(options.only));
    const answers = await askAll(forium, queries);
    printScores(answers);
    if (options.part !== 'held') printMisses(answers);
    if (options.json) writeFileSync(options.json, JSON.stringify(options.part === 'held' ? scores(answers) : answers, null, 2) + '\n');
    const {recall, mrr} = score(answers);
    const held = recall >= BOUNDS.recall && mrr >= BOUNDS.mrr;
    console.log(`\n${options.part}: recall@10 ${recall.toFixed(3)} (>= ${BOUNDS.recall}), MRR ${mrr.toFixed(3)} (>= ${BOUNDS.mrr}): ${held ? 'held' : 'MISSED'}`);
    if (options.check && !held) process.exitCode = 1;
  }, options.data);
}

await main();
