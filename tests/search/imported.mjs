// SPDX-License-Identifier: Apache-2.0
// The corpus and the topics in other languages, imported and indexed: kept among the machine's temporary files until the program or
// one of them changes, so that tuning is quick.
import {existsSync, mkdirSync, renameSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {BINARY, command, Forium, temporaryFolder} from '../harness/forium.mjs';
import {archive, CATEGORIES, QUIET} from '../load/corpus.mjs';
import {fingerprint, LANGUAGES} from '../load/prepared.mjs';
import {untilIndexed} from './indexed.mjs';

const ADMIN = 'quality';
const PASSWORD = `password of ${ADMIN}`;

function importedData() {
  const home = join(tmpdir(), 'forium-quality');
  const folder = join(home, fingerprint([archive(), LANGUAGES, CATEGORIES, BINARY]));
  if (existsSync(folder)) return folder;
  mkdirSync(home, {recursive: true});
  const making = join(temporaryFolder('forium-quality'), 'data');
  command(['import', 'discourse', '--data', making, '--categories', CATEGORIES, archive(), LANGUAGES]);
  command(['user', 'create', '--data', making, '--username', ADMIN, '--email', `${ADMIN}@example.org`, '--admin', '--password-stdin'],
    {input: `${PASSWORD}\n`});
  renameSync(making, folder);
  return folder;
}

/** Calls `body` with the running community, whose index is complete. `data`: another folder to serve, made by this one. */
export async function withImported(body, data = importedData()) {
  const forium = await Forium.start({data, flags: QUIET});
  try {
    const {token} = await forium.ok('POST', '/api/v1/sessions', {body: {login: ADMIN, password: PASSWORD}});
    await untilIndexed(forium, token);
    return await body(forium, token);
  } finally {
    await forium.stop();
  }
}
