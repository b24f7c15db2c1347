// SPDX-License-Identifier: Apache-2.0
// Lists of topics: all of them, as one scrolls or by links; what is unread.
import assert from 'node:assert/strict';

import {everywhere, plain, scripted} from '../windows.mjs';

const COUNT = 70;
let made;
async function shelf(t) {
  made ??= (async () => {
    const category = await t.community.newCategory('Shelf');
    const author = await t.community.person('olaf');
    for (let i = 1; i <= COUNT; ++i) await t.community.topic(author, {title: `Book number ${i}`, category});
    return category;
  })();
  return made;
}

const titles = (visitor) => visitor.page.getByRole('link', {name: /^Book number \d+$/}).allTextContents();
const wholeShelf = Array.from({length: COUNT}, (_, i) => `Book number ${COUNT - i}`);

export default [
  {
    name: 'all topics come as one scrolls, each once',
    windows: scripted,
    async run(t) {
      const category = await shelf(t);
      const visitor = await t.visitor();
      await visitor.open(`/c/${category.slug}`);
      while (await visitor.link('Older topics').isVisible()) {
        const before = (await titles(visitor)).length;
        await visitor.page.mouse.wheel(0, 100_000);
        await visitor.until((count) => document.querySelectorAll('.row').length > count, before);
      }
      assert.deepEqual(await titles(visitor), wholeShelf);
    },
  },
  {
    name: 'older topics are a plain link away',
    windows: plain,
    async run(t) {
      const category = await shelf(t);
      const visitor = await t.visitor();
      await visitor.open(`/c/${category.slug}`);
      const seen = await titles(visitor);
      while (await visitor.link('Older topics').isVisible()) {
        const last = visitor.page.url();
        await visitor.follow('Older topics');
        await visitor.page.waitForURL((url) => url.href !== last);
        seen.push(...await titles(visitor));
      }
      assert.deepEqual(seen, wholeShelf);
    },
  },
  {
    name: 'a reply makes a topic unread for who wrote in it, and reading takes that away',
    windows: everywhere,
    async run(t) {
      const author = await t.community.person('otto');
      const other = await t.community.person('olga');
      const topic = await t.community.topic(author);
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      // An open topic would show the reply as it comes, which is reading it.
      await visitor.open('/categories');
      await t.community.reply(other, topic, 'Something new.');
      await visitor.open('/unread');
      // Looking at a page writes nothing; without scripts one says it.
      const told = visitor.window.script && visitor.page.waitForResponse((answer) => /\/read$/.test(answer.url()));
      await visitor.follow(topic.title);
      await visitor.sees('Something new.');
      await told;
      await visitor.open('/unread');
      await visitor.seesHeading('Unread topics');
      if (!visitor.window.script) await visitor.press('Mark all as read');
      await visitor.gone(visitor.link(topic.title));
    },
  },
  {
    name: 'pages of tags and members lead on and back to the first',
    windows: plain,
    async run(t) {
      const author = await t.community.person('tess');
      const tags = Array.from({length: 105}, (_, i) => `kind-${i}`);
      for (let i = 0; i < tags.length; i += 5) await t.community.topic(author, {title: `Kinds from ${i}`, tags: tags.slice(i, i + 5)});
      for (let i = 0; i < 52; ++i) await t.community.person('crowd');
      const visitor = await t.visitor({as: t.community.admin});
      for (const path of ['/tags', '/admin/tags', '/admin/users?query=crowd']) {
        t.step(path);
        await visitor.open(path);
        assert.equal(await visitor.link('First page').count(), 0);
        await visitor.follow('Next page');
        await visitor.arrives(/page_token=/);
        await visitor.fits();
        await visitor.follow('First page');
        await visitor.arrives(/^[^_]+$/);
        assert.equal(visitor.path, path);
      }
    },
  },
];
