// SPDX-License-Identifier: Apache-2.0
// Runs the claims about HTTP: tests/http/<area>/<claim>.txt, each against one real server that all share, once per engine.
// README.md beside this says how a claim is written.
//   node tests/http/run.mjs [--engine sqlite|postgres|suite] [PART OF A PATH]
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

import {startOn, takeEngines} from '../harness/engines.mjs';
import {pause} from '../harness/program.mjs';
import {parseClaim} from './claim.mjs';
import {perform, check} from './perform.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const engines = takeEngines(args, ['sqlite', 'postgres', 'suite']);
const wanted = args[0] ?? '';
const files = readdirSync(here, {recursive: true})
  .filter((name) => name.endsWith('.txt') && name.includes(wanted))
  .sort();

let passed = 0;
let failed = 0;
for (const engine of engines) {
  const forium = await startOn(engine, {flags: ['--no-rate-limit', '--debug-statements', '--no-access-log']});
  try {
    const people = await populate(forium);
    for (const file of files) {
      try {
        await runClaim(forium, join(here, file), people);
        ++passed;
      } catch (error) {
        ++failed;
        console.error(`FAILED tests/http/${file} [${engine}]\n  ${error.message.replaceAll('\n', '\n  ')}`);
      }
    }
  } finally {
    await forium.stop();
  }
}
console.log(`http: ${passed} passed, ${failed} failed (${engines.join(', ')})`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** What every claim may count on: people of each role, a public and a private category, a topic in each. */
async function populate(forium) {
  const admin = await forium.account('ada', {admin: true});
  const moderator = await forium.account('mona');
  const member = await forium.account('milo');
  const other = await forium.account('olga');
  await forium.ok('PUT', `/api/v1/users/${moderator.id}/role`,
    {token: admin.token, body: {role: 'MODERATOR_ROLE'}});
  const open = await forium.ok('POST', '/api/v1/categories',
    {token: admin.token, body: {name: 'Open', slug: 'open', color: '3366cc'}});
  const secret = await forium.ok('POST', '/api/v1/categories',
    {token: admin.token,
      body: {name: 'Staff', slug: 'staff', readRole: 'MODERATOR_ROLE', createRole: 'MODERATOR_ROLE'}});
  const topic = await forium.ok('POST', '/api/v1/topics', {token: member.token,
    body: {categoryId: open.id, title: 'A topic to read', raw: 'Its first *post*.', tags: ['reading']}});
  const hidden = await forium.ok('POST', '/api/v1/topics', {token: admin.token,
    body: {categoryId: secret.id, title: 'Kept among staff', raw: 'A secret word: xyzzy.', tags: ['hush']}});
  return {
    tokens: {admin: admin.token, moderator: moderator.token, member: member.token, other: other.token},
    variables: {
      open: open.id, secret: secret.id, topic: topic.id, topicSlug: topic.slug, hidden: hidden.id,
      adminId: admin.id, moderatorId: moderator.id, memberId: member.id, otherId: other.id,
      memberToken: member.token, firstPost: topic.posts[0].id, hiddenPost: hidden.posts[0].id,
      memberPassword: member.password,
    },
  };
}

async function runClaim(forium, path, people) {
  const variables = {...people.variables, random: Math.random().toString(36).slice(2, 10)};
  for (const step of parseClaim(readFileSync(path, 'utf8'), relative(here, path))) {
    const end = performance.now() + step.within * 1000;
    for (;;) {
      const answer = await perform(forium.url, step, variables, people.tokens);
      try {
        check(step, answer, variables);
        break;
      } catch (error) {
        if (performance.now() >= end) throw error;
        await pause(20);
      }
    }
  }
}
