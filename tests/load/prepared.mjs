// SPDX-License-Identifier: Apache-2.0
// A community of many posts, grown and imported once: kept in a folder of the machine's temporary files (or FORIUM_GROWN) until the
// generator or the corpus changes. It holds words of the corpus and so is never part of this tree.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {command, ROOT} from '../harness/forium.mjs';
import {record} from '../search/quality/record.mjs';
import {archive, CATEGORIES, round} from './corpus.mjs';

const HOME = process.env.FORIUM_GROWN ?? join(tmpdir(), 'forium-grown');
const QUALITY = join(ROOT, 'tests/search/quality');
export const LANGUAGES = join(QUALITY, 'languages.jsonl');
// The first warms up, each of the others is one round.
export const SEEDS = [2, 1, 3, 4];

const sources = (folder) => readdirSync(folder).filter((name) => name.endsWith('.mjs')).sort().map((name) => join(folder, name));

/** A short name for what `files` say. */
export function fingerprint(files, more = '') {
  const hash = createHash('sha256').update(more);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** {data, recorded, imported}: a folder that is not to be changed, and for each seed 1,000 queries. */
export async function prepared(posts) {
  const here = join(ROOT, 'tests/load');
  const name = fingerprint([join(here, 'grow.mjs'), ...sources(join(here, 'grow')), join(QUALITY, 'record.mjs'), LANGUAGES, archive()]);
  const folder = join(HOME, `${posts}-${name}`);
  if (!existsSync(folder)) await prepare(posts, folder);
  const {recorded, imported} = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8'));
  return {data: join(folder, 'data'), recorded, imported};
}

async function prepare(posts, folder) {
  const making = `${folder}.making`;
  rmSync(making, {recursive: true, force: true});
  mkdirSync(making, {recursive: true});
  const grown = join(making, 'posts.jsonl');
  console.error(`  growing ${posts.toLocaleString('en')} posts; kept in ${folder}`);
  execFileSync('node', [join(ROOT, 'tests/load/grow.mjs'), '--posts', String(posts), '--out', grown], {stdio: ['ignore', 'inherit', 'inherit']});
  const recorded = await record({corpus: grown, categories: CATEGORIES, seeds: SEEDS});
  const began = performance.now();
  const said = command(['import', 'discourse', '--data', join(making, 'data'), '--categories', CATEGORIES, grown, LANGUAGES]);
  console.error(`  ${said.stdout.trim()}`);
  const seconds = (performance.now() - began) / 1000;
  rmSync(grown);
  writeFileSync(join(making, 'about.json'), JSON.stringify({recorded, imported: {seconds: round(seconds, 1), bytes: size(join(making, 'data'))}}));
  renameSync(making, folder);
}

/** Bytes of all files below. */
export function size(folder) {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0), 0);
}

/** A copy that may be changed. */
export function copyOf(data, to) {
  execFileSync('cp', ['-r', '--reflink=auto', data, to]);
  return to;
}
