// SPDX-License-Identifier: Apache-2.0
// Looks into a community's databases with the sqlite3 program, as nobody serves them.
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

export function sqlite(database, sql) {
  const result = spawnSync('sqlite3', [database, sql], {encoding: 'utf8', maxBuffer: 1 << 26});
  if (result.status !== 0) throw new Error(`${database}: ${result.stderr}`);
  return result.stdout.trim();
}

/** Integrity of each file; post numbers dense within each topic; counters as the rows say. */
export function proveForum(data) {
  for (const file of ['control.db', 'default/auth.db', 'default/forum.db']) {
    const said = sqlite(join(data, file), 'PRAGMA integrity_check; PRAGMA foreign_key_check;');
    if (said !== 'ok') throw new Error(`${file}: ${said}`);
  }
  const forum = join(data, 'default/forum.db');
  const gaps = sqlite(forum, `SELECT topic_id, COUNT(*), MIN(number), MAX(number) FROM posts
    GROUP BY topic_id HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*)`);
  if (gaps !== '') throw new Error(`numbering has gaps: ${gaps}`);
  const wrong = sqlite(forum, `SELECT t.id FROM topics t WHERE t.last_post_number <>
    (SELECT MAX(p.number) FROM posts p WHERE p.topic_id = t.id)`);
  if (wrong !== '') throw new Error(`last post numbers are wrong: ${wrong}`);
}
