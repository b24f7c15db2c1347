// SPDX-License-Identifier: Apache-2.0
// Every page, signed out and in, at both widths: no violation that axe-core knows, nothing moves, nothing is wider than
// the window, the console is empty. Narrow in light, wide in dark; in the full run also the other way round and German.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

import {desk, FULL, phone} from '../windows.mjs';
import {layoutFaults} from '../watch.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const {violations} = await window.axe.run(document, {resultTypes: ['violations']});
    return violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({html, any}) =>
      `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`);
  });
}

// What the pages show: a topic with much of what a post can hold, revised, liked, closed, with a solution.
let made;
async function world(t) {
  made ??= (async () => {
    const author = await t.community.person('paula');
    const topic = await t.community.topic(author, {title: 'Everything that a post can hold', tags: ['soil', 'rain'], texts: [
      `# A heading\n\nText with **bold**, *italic*, \`code\`, a [link](https://example.org) and :tada:.\n\n- one\n- [x] two\n\n`
        + '| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst answer = 42; // a long line that goes on and on and on and on and on and on and on and on\n```\n\n'
        + '> a quote\n\n[spoiler]hidden[/spoiler]\n\n1. first\n2. second\n\nAnd averyveryveryveryveryveryveryveryveryveryveryveryverylongwordwithoutanyspace.',
      'An answer.', 'Another one.', 'A fourth.', 'A fifth.', 'A sixth.', 'A seventh.']});
    await t.community.edit(author, topic.first, 'Changed.\n\n- one\n- two');
    await t.community.person('pia', {role: 'MODERATOR_ROLE'});
    return {author, topic};
  })();
  return made;
}

const guestPages = ({author, topic}) => ['/', '/latest', '/top', '/c/garden', '/tag/soil', '/categories', '/tags', topic.path,
  `${topic.path}/5`, `/u/${author.username}`, `/u/${author.username}?tab=topics`, '/login', '/signup', '/nowhere', '/settings', '/search', '/search?q=post', '/search?q=soil+tag%3Asoil+colour%3Ared+%22open', '/search?q=zzzzqqqq+in%3Atitle',
  '/setup/not-a-link'];
const memberPages = ({author, topic}) => ['/', '/new-topics', '/unread', '/new', topic.path, `/p/${topic.first.id}/edit`,
  `/p/${topic.first.id}/history`, '/settings', `/u/${author.username}`, '/admin'];
const adminPages = ({topic}) => ['/admin', '/admin/users', '/admin/categories', '/admin/tags', '/admin/search', '/admin/edge', topic.path];

const shards = [
  {who: 'a guest', paths: guestPages, as: () => undefined},
  {who: 'a member', paths: memberPages, as: (t, {author}) => author},
  {who: 'an administrator', paths: adminPages, as: (t) => t.community.admin},
];

const looks = FULL ? [['light', 'en-GB'], ['dark', 'en-GB'], ['light', 'de-DE']] : [null];

export default shards.flatMap(({who, paths, as}) => looks.map((look) => ({
  name: `all pages of ${who}${look ? `, ${look[0]}, ${look[1].slice(0, 2)}` : ''}`,
  windows: [phone, desk],
  async run(t) {
    const given = await world(t);
    const [scheme, locale] = look ?? [t.window === phone ? 'light' : 'dark', 'en-GB'];
    const visitor = await t.visitor({as: as(t, given), scheme, locale});
    const faults = [];
    for (const path of paths(given)) {
      t.step(path);
      await visitor.open(path);
      const found = await violations(visitor.page);
      await visitor.page.waitForLoadState('networkidle');
      found.push(...await layoutFaults(visitor.page));
      faults.push(...found.map((fault) => `${path}: ${fault}`));
    }
    assert.deepEqual(faults, []);
  },
})));
