// SPDX-License-Identifier: Apache-2.0
// What survives on Postgres: kills of the program and of the server, and a server that pauses.
import {join} from 'node:path';

import {command, Forium} from '../harness/forium.mjs';
import {Postgres} from '../harness/postgres.mjs';
import {pause, until} from '../harness/program.mjs';
import {assert, FLAGS, KILLS, PAUSE_MS} from './rounds.mjs';
import {Writers} from './writers.mjs';

// Two to four on two cores, of which the writers that waited take their part.
const RECOVERY_SECONDS = 10;

/** Post numbers dense within each topic, none twice; last numbers as the rows say. */
function proveForum(postgres) {
  const gaps = postgres.sql('community', `SET search_path = forum; SELECT topic_id, COUNT(*) FROM posts
    GROUP BY topic_id HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*)`);
  assert(gaps === '', `numbering has gaps: ${gaps}`);
  const wrong = postgres.sql('community', `SET search_path = forum; SELECT t.id FROM topics t
    WHERE t.last_post_number <> (SELECT MAX(p.number) FROM posts p WHERE p.topic_id = t.id)`);
  assert(wrong === '', `last post numbers are wrong: ${wrong}`);
  const twice = postgres.sql('community', `SET search_path = forum; SELECT raw FROM posts
    WHERE raw LIKE 'word-%' GROUP BY raw HAVING COUNT(*) > 1`);
  assert(twice === '', `written twice: ${twice}`);
}

async function withPostgres(folder, test) {
  const postgres = await Postgres.start();
  try {
    const flags = [...FLAGS, '--database-dsn', await postgres.database('community')];
    await test(postgres, () => Forium.start({data: join(folder, 'data'), flags}));
  } finally {
    await postgres.stop();
  }
}

async function proveWrites(postgres, forium, writers, when) {
  proveForum(postgres);
  const lost = await writers.missing(forium);
  assert(lost.length === 0, `${when}: ${lost.length} answered posts are gone: ${lost.slice(0, 5)}`);
  const counters = await forium.ok('POST', '/api/v1/admin/check-counters', {token: writers.admin.token, body: {}});
  assert(counters.differences.length === 0, `${when}: counters: ${counters.differences.join('; ')}`);
}

/** Writes and reads succeed again within the bound; throws otherwise. */
async function recovers(forium, writers) {
  const began = performance.now();
  await until('writing again', async () => {
    const {status} = await forium.api('POST', `/api/v1/topics/${writers.topics[0]}/posts`,
      {token: writers.admin.token, body: {raw: `It is back, after ${performance.now() - began} ms.`}});
    return status === 201;
  }, RECOVERY_SECONDS);
  return Math.round(performance.now() - began);
}

export const tests = {
  'kill -9 among 64 writers loses nothing that was answered, on Postgres': (folder) =>
    withPostgres(folder, async (postgres, start) => {
      let forium = await start();
      const writers = new Writers(await forium.account('ada', {admin: true}));
      await writers.openTopics(forium, 8);
      for (let i = 0; i < KILLS; ++i) {
        const writing = writers.write(forium, 64);
        await pause(150 + Math.random() * 600);
        await forium.kill();
        await writing;
        forium = await start();
        await proveWrites(postgres, forium, writers, `after kill ${i + 1}`);
      }
      assert(writers.acknowledged.length > KILLS * 20, `only ${writers.acknowledged.length} posts were written`);
      await forium.stop();
    }),

  'a crash of Postgres among 64 writers loses nothing that was answered': (folder) =>
    withPostgres(folder, async (postgres, start) => {
      const forium = await start();
      const writers = new Writers(await forium.account('ada', {admin: true}));
      await writers.openTopics(forium, 8);
      const recoveries = [];
      for (let i = 0; i < KILLS; ++i) {
        const stop = new AbortController();
        const writing = writers.write(forium, 64, stop.signal);
        await pause(150 + Math.random() * 600);
        await postgres.crash();
        await postgres.serve();
        recoveries.push(await recovers(forium, writers));
        stop.abort();
        await writing;
        await proveWrites(postgres, forium, writers, `after crash ${i + 1}`);
      }
      writers.proveRefusals();
      assert(writers.acknowledged.length > KILLS * 20, `only ${writers.acknowledged.length} posts were written`);
      console.error(`  writing again after ${recoveries.join(', ')} ms`);
      await forium.stop();
    }),

  'a pause of Postgres is answered with 503 and over when it is over': (folder) =>
    withPostgres(folder, async (postgres, start) => {
      const forium = await start();
      const writers = new Writers(await forium.account('ada', {admin: true}));
      await writers.openTopics(forium, 8);
      const stop = new AbortController();
      const writing = writers.write(forium, 64, stop.signal);
      await pause(300);
      postgres.pause();
      await pause(PAUSE_MS);
      postgres.resume();
      console.error(`  writing again after ${await recovers(forium, writers)} ms`);
      stop.abort();
      await writing;
      writers.proveRefusals();
      await proveWrites(postgres, forium, writers, 'after the pause');
      await forium.stop();
    }),

  'commands know where the community is': (folder) =>
    withPostgres(folder, async (postgres, start) => {
      const forium = await start();
      await forium.account('ada', {admin: true});
      const backup = command(['backup', '--data', forium.data, join(folder, 'b.tar.zst')], {allowFailure: true});
      assert(backup.status === 1 && /pg_dump/.test(backup.stderr), backup.stderr);
      await forium.stop();
      const create = ['user', 'create', '--data', join(folder, 'data'), '--username', 'bea', '--email', 'bea@example.org',
        '--password-stdin'];
      const anew = command(create, {input: 'a password of bea\n', allowFailure: true});
      assert(anew.status === 1 && /database_dsn/.test(anew.stderr), anew.stderr);
      command([...create, '--database-dsn', postgres.dsn('community')], {input: 'a password of bea\n'});
      const there = postgres.sql('community', "SELECT COUNT(*) FROM auth.users WHERE username = 'bea'");
      assert(there === '1', `${there} accounts named bea`);
    }),
};
