// SPDX-License-Identifier: Apache-2.0
// A community that moves from SQLite to Postgres and back is the same; cut off anywhere it ends the same.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {BINARY, command, Forium} from '../harness/forium.mjs';
import {Postgres} from '../harness/postgres.mjs';
import {sqlite} from './proof.mjs';
import {assert, FLAGS} from './rounds.mjs';

const IMPORT = join(dirname(fileURLToPath(import.meta.url)), '../import/discourse.jsonl');
const CUTS = process.env.FORIUM_TEST_FULL ? 30 : 8;
const FILES = ['control.db', 'default/auth.db', 'default/forum.db'];

/** A sum of each table of a community on SQLite, but the history of its schema. */
function sums(data) {
  const sums = {};
  for (const file of FILES) {
    const database = join(data, file);
    const tables = sqlite(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    for (const table of tables.split('\n').filter((name) => name !== 'schema_migrations')) {
      const columns = sqlite(database, `SELECT name FROM pragma_table_info('${table}') ORDER BY name`).split('\n');
      const rows = sqlite(database, `SELECT ${columns.map((it) => `quote("${it}")`).join(" || ',' || ")} AS row
        FROM "${table}" ORDER BY row`);
      sums[`${file} ${table}`] = createHash('sha256').update(rows).digest('hex');
    }
  }
  return sums;
}

function assertSame(one, other) {
  const differing = Object.keys({...one, ...other}).filter((name) => one[name] !== other[name]);
  assert(differing.length === 0, `these differ: ${differing.join(', ')}`);
}

/** A community with everything that the import's fixture has, people who signed up, and odd texts. */
async function settle(data) {
  command(['import', 'discourse', '--data', data, IMPORT]);
  const forium = await Forium.start({data, flags: FLAGS});
  const ada = await forium.account('ada', {admin: true});
  const category = (await forium.ok('GET', '/api/v1/categories')).categories[0];
  const topic = await forium.ok('POST', '/api/v1/topics', {token: ada.token,
    body: {categoryId: category.id, title: 'Quotes \' " \\ and 😀 ẞ', raw: 'Zürich \u202e\\x00 $1 {tenant}', tags: ['odd']}});
  const milo = await forium.account('milo');
  await forium.ok('PUT', `/api/v1/posts/${topic.posts[0].id}/reactions/like`, {token: milo.token, body: {}});
  await forium.stop();
  return {ada, topic};
}

async function withPostgres(test) {
  const postgres = await Postgres.start();
  try {
    return await test(postgres, await postgres.database('community'));
  } finally {
    await postgres.stop();
  }
}

const move = (from, to, options) => command(['move', '--from', from, '--to', to], options);

export const tests = {
  'a community moves to Postgres and back and is the same': (folder) => withPostgres(async (postgres, dsn) => {
    const data = join(folder, 'data');
    const {ada, topic} = await settle(data);
    const before = sums(data);
    assert(/checksums agree/.test(move(data, dsn).stdout), 'it says that checksums agree');
    assertSame(sums(data), before);

    const served = join(folder, 'served');
    const forium = await Forium.start({data: served, flags: [...FLAGS, '--database-dsn', dsn]});
    const there = await forium.ok('GET', `/api/v1/topics/${topic.id}`, {token: ada.token});
    assert(there.title === topic.title && there.posts[0].html === topic.posts[0].html, there.title);
    const busy = move(dsn, join(folder, 'back'), {allowFailure: true});
    assert(busy.status === 1 && /in use/.test(busy.stderr), `in use: ${busy.stderr}`);
    await forium.stop();

    const inhabited = move(data, dsn, {allowFailure: true});
    assert(inhabited.status === 1 && /already/.test(inhabited.stderr), `inhabited: ${inhabited.stderr}`);
    const nobody = move(join(folder, 'nothing'), dsn, {allowFailure: true});
    assert(nobody.status === 1 && /no community/.test(nobody.stderr), `nobody: ${nobody.stderr}`);

    // Untouched by the server, as far as rows go, but for its own notes.
    const again = await postgres.database('again');
    move(data, again);
    const back = join(folder, 'returned');
    move(again, back);
    assertSame(sums(back), before);
    await (await Forium.start({data: back, flags: FLAGS})).stop();
  }),

  'a move cut off anywhere ends the same': (folder) => withPostgres(async (postgres, dsn) => {
    const data = join(folder, 'data');
    await settle(data);
    sqlite(join(data, 'default/forum.db'), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      INSERT INTO import_map (source, kind, source_id, id) SELECT 'large-' || (i % 3), 'post', i, i FROM n;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO outbox (sequence, aggregate, version, time, body)
      SELECT 1000000 + i, 'topic:1', i, i, randomblob(200) FROM n;
      UPDATE sequences SET next = 2000000 WHERE kind = 'outbox' OR kind = 'event';`);
    const before = sums(data);
    const back = join(folder, 'back');
    for (const [from, to] of [[data, dsn], [dsn, back]]) {
      let ended = false;
      for (let cut = 0; cut < CUTS && !ended; ++cut) {
        const run = spawnSync(BINARY, ['move', '--from', from, '--to', to],
          {timeout: 50 + Math.floor(Math.random() * 450), killSignal: 'SIGKILL', encoding: 'utf8'});
        ended = run.status === 0;
        assert(ended || run.signal === 'SIGKILL', `exit ${run.status}: ${run.stderr}`);
      }
      if (!ended) move(from, to);
    }
    assertSame(sums(back), before);
  }),

  'what a move left unfinished is not served': (folder) => withPostgres(async (postgres, dsn) => {
    const data = join(folder, 'data');
    await settle(data);
    move(data, dsn);
    postgres.sql('community', 'CREATE TABLE control.unfinished_move (name TEXT PRIMARY KEY, state TEXT NOT NULL)');
    refusesToServe(['--data', join(folder, 'served'), '--database-dsn', dsn]);
    const other = join(folder, 'other');
    await settle(other);
    const foreign = move(other, dsn, {allowFailure: true});
    assert(foreign.status === 1 && /another community/.test(foreign.stderr), foreign.stderr);
  }),

  'a text that Postgres cannot hold is named': (folder) => withPostgres(async (postgres, dsn) => {
    const data = join(folder, 'data');
    const {topic} = await settle(data);
    sqlite(join(data, 'default/forum.db'), `UPDATE posts SET raw = 'a' || char(0) || 'b' WHERE topic_id = ${topic.id}`);
    const refused = move(data, dsn, {allowFailure: true});
    assert(refused.status === 2 && /table posts, row \d+, column raw/.test(refused.stderr), refused.stderr);
  }),
};

function refusesToServe(flags) {
  const refused = command(['serve', '--listen', '127.0.0.1:0', ...flags], {allowFailure: true});
  assert(refused.status === 1 && /not complete/.test(refused.stderr), `exit ${refused.status}: ${refused.stderr}`);
}
