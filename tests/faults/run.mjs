// SPDX-License-Identifier: Apache-2.0
// What survives: kills in the middle of writes, backups under load, a full disk, newer data, a second server, imports cut
// off, moves. Each against the real program.   node tests/faults/run.mjs [--engine sqlite|postgres] [PART OF A NAME]
// FORIUM_TEST_FULL=1 kills 20 times instead of 4.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {command, Forium, temporaryFolder, BINARY} from '../harness/forium.mjs';
import {takeEngines} from '../harness/engines.mjs';
import {tests as moves} from './move.mjs';
import {tests as onPostgres} from './postgres.mjs';
import {proveForum, sqlite} from './proof.mjs';
import {assert, FLAGS, KILLS} from './rounds.mjs';
import {Writers} from './writers.mjs';

const IMPORT = join(dirname(fileURLToPath(import.meta.url)), '../import/discourse.jsonl');

const onSqlite = {
  async 'kill -9 among 64 writers loses nothing that was answered'(folder) {
    const data = join(folder, 'data');
    let forium = await Forium.start({data, flags: FLAGS});
    const admin = await forium.account('ada', {admin: true});
    const writers = new Writers(admin);
    await writers.openTopics(forium, 8);
    for (let i = 0; i < KILLS; ++i) {
      const writing = writers.write(forium, 64);
      await new Promise((later) => setTimeout(later, 150 + Math.random() * 600));
      await forium.kill();
      await writing;
      proveForum(data);
      forium = await Forium.start({data, flags: FLAGS});
      const lost = await writers.missing(forium);
      assert(lost.length === 0, `after kill ${i + 1}: ${lost.length} answered posts are gone: ${lost.slice(0, 5)}`);
      const counters = await forium.ok('POST', '/api/v1/admin/check-counters', {token: admin.token, body: {}});
      assert(counters.differences.length === 0, `counters: ${counters.differences.join('; ')}`);
    }
    assert(writers.acknowledged.length > KILLS * 50, `only ${writers.acknowledged.length} posts were written`);
    await forium.stop();
  },

  async 'a backup under load is one point in time'(folder) {
    const forium = await Forium.start({data: join(folder, 'data'), flags: FLAGS});
    const writers = new Writers(await forium.account('ada', {admin: true}));
    await writers.openTopics(forium, 4);
    const stop = new AbortController();
    const writing = writers.write(forium, 32, stop.signal);
    await new Promise((later) => setTimeout(later, 400));
    const before = writers.acknowledged.length;
    const file = join(folder, 'backup.tar.zst');
    command(['backup', '--data', forium.data, file]);
    const during = writers.acknowledged.length;
    await new Promise((later) => setTimeout(later, 200));
    stop.abort();
    await writing;
    await forium.stop();

    const restored = join(folder, 'restored');
    command(['restore', '--data', restored, file]);
    proveForum(restored);
    const posts = Number(sqlite(join(restored, 'default/forum.db'), 'SELECT COUNT(*) FROM posts'));
    assert(posts >= before, `the backup has ${posts} posts, ${before} were answered before it began`);
    assert(during <= writers.acknowledged.length, 'writes went on');
    const again = await Forium.start({data: restored, flags: FLAGS});
    const counters = await again.ok('POST', '/api/v1/admin/check-counters', {token: writers.admin.token, body: {}});
    assert(counters.differences.length === 0, `counters: ${counters.differences.join('; ')}`);
    await again.stop();
  },

  async 'restoring over data is refused'(folder) {
    const data = join(folder, 'data');
    const forium = await Forium.start({data, flags: FLAGS});
    const file = join(folder, 'backup.tar.zst');
    command(['backup', '--data', data, file]);
    await forium.stop();
    const refused = command(['restore', '--data', data, file], {allowFailure: true});
    assert(refused.status === 1 && /not empty/.test(refused.stderr), refused.stderr);
    writeFileSync(join(folder, 'broken.tar.zst'), 'this is not a backup');
    const broken = command(['restore', '--data', join(folder, 'new'), join(folder, 'broken.tar.zst')], {allowFailure: true});
    assert(broken.status === 1 && !existsSync(join(folder, 'new')), broken.stderr);
  },

  async 'a second server on the same data is refused'(folder) {
    const forium = await Forium.start({data: join(folder, 'data'), flags: FLAGS});
    const second = command(['serve', '--data', forium.data, '--listen', '127.0.0.1:0'], {allowFailure: true});
    assert(second.status === 1 && /in use/.test(second.stderr), `exit ${second.status}: ${second.stderr}`);
    await forium.ok('GET', '/api/v1/site');
    await forium.stop();
  },

  async 'data of a newer version are refused and left alone'(folder) {
    const data = join(folder, 'data');
    await (await Forium.start({data, flags: FLAGS})).stop();
    const database = join(data, 'default/forum.db');
    sqlite(database, "INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'from_the_future', 0)");
    const refused = command(['serve', '--data', data, '--listen', '127.0.0.1:0'], {allowFailure: true});
    assert(refused.status === 1 && /newer/.test(refused.stderr), `exit ${refused.status}: ${refused.stderr}`);
  },

  async 'a full disk refuses writes and keeps serving'(folder) {
    const mount = join(folder, 'small');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', mount]);
    if (mounted.status !== 0) return 'no right to mount a small file system';
    try {
      const forium = await Forium.start({data: join(mount, 'data'), flags: FLAGS});
      const admin = await forium.account('ada', {admin: true});
      const writers = new Writers(admin);
      await writers.openTopics(forium, 1);
      let answer;
      const raw = 'It fills the disk. '.repeat(3000);
      for (let i = 0; i < 600; ++i) {
        answer = await forium.api('POST', `/api/v1/topics/${writers.topics[0]}/posts`,
          {token: admin.token, body: {raw: `${i} ${raw}`}});
        if (answer.status !== 201) break;
      }
      assert(answer.status === 507 && answer.json.reason === 'STORAGE_FULL', `${answer.status} ${answer.text}`);
      const topic = await forium.ok('GET', `/api/v1/topics/${writers.topics[0]}`);
      assert(topic.postsCount > 1, 'reading goes on');
      await forium.stop();
      proveForum(join(mount, 'data'));
    } finally {
      spawnSync('umount', ['-l', mount]);
    }
  },

  async 'an import cut off anywhere ends the same'(folder) {
    const whole = join(folder, 'whole');
    command(['import', 'discourse', '--data', whole, IMPORT]);
    const expected = contents(whole);
    const cut = join(folder, 'cut');
    for (let i = 0; i < 6; ++i) {
      spawnSync(BINARY, ['import', 'discourse', '--data', cut, IMPORT], {timeout: 30 + i * 40, killSignal: 'SIGKILL'});
    }
    command(['import', 'discourse', '--data', cut, IMPORT]);
    assert(contents(cut) === expected, `cut: ${contents(cut)}\nwhole: ${expected}`);
    const again = command(['import', 'discourse', '--data', cut, IMPORT]);
    assert(/Imported 0 topics and 0 posts/.test(again.stdout), again.stdout);
    assert(contents(cut) === expected, 'a second run changed something');
  },
};

/** What an import made, without ids that may differ from run to run. */
function contents(data) {
  const database = join(data, 'default/forum.db');
  return sqlite(database, `SELECT COUNT(*), SUM(posts_count), SUM(likes_imported), SUM(closed) FROM topics;
    SELECT COUNT(*), SUM(number), SUM(LENGTH(raw)), SUM(LENGTH(html)), SUM(reply_to) FROM posts;`);
}

const args = process.argv.slice(2);
const engines = takeEngines(args, ['sqlite', 'postgres']);
const wanted = args[0] ?? '';
const tests = {
  ...(engines.includes('sqlite') ? onSqlite : {}),
  ...(engines.includes('postgres') ? {...onPostgres, ...moves} : {}),
};
let passed = 0;
let skipped = 0;
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (!name.includes(wanted)) continue;
  const folder = temporaryFolder('forium-faults');
  const began = Date.now();
  try {
    const reason = await test(folder);
    if (reason) console.error(`skipped: ${name}: ${reason}`);
    else console.error(`ok: ${name} (${Date.now() - began} ms)`);
    if (reason) ++skipped;
    else ++passed;
  } catch (error) {
    ++failed;
    console.error(`FAILED: ${name}\n  ${error.stack}`);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
console.log(`faults: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
