// SPDX-License-Identifier: Apache-2.0
// Long topics: endless with scripts, page by page without; deep links; the way back.
import assert from 'node:assert/strict';

import {desk, everywhere, phone, plain, scripted} from '../windows.mjs';

const LENGTH = 55;
const texts = Array.from({length: LENGTH}, (_, i) => `Post number ${i + 1} of the long one.\n\nWith a second paragraph, so that it takes some room.`);

// Made once: reading changes nothing in it.
let made;
async function longTopic(t) {
  made ??= t.community.person('lena').then((author) => t.community.topic(author, {title: 'A long one', texts}));
  return made;
}

const numbers = (visitor) => visitor.page.locator('.posts article').evaluateAll((all) => all.map((post) => Number(post.id.slice(1))));
const range = (from, to) => Array.from({length: to - from + 1}, (_, i) => from + i);

const inView = (visitor, number) => visitor.until((id) => {
  const box = document.getElementById(id)?.getBoundingClientRect();
  return box && box.top >= 0 && box.top < innerHeight;
}, `p${number}`);

export default [
  {
    name: 'later posts come as one scrolls, each once and in order',
    windows: scripted,
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(topic.path);
      assert.deepEqual(await numbers(visitor), range(1, 20));
      for (const last of [21, 41, LENGTH]) {
        await visitor.page.mouse.wheel(0, 100_000);
        await visitor.post(last).waitFor({state: 'attached'});
      }
      assert.deepEqual(await numbers(visitor), range(1, LENGTH));
      await visitor.fits();
    },
  },
  {
    name: 'later and earlier posts are plain links',
    windows: plain,
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(topic.path);
      await visitor.follow('Later posts');
      await visitor.arrives(/\?from=21$/);
      assert.deepEqual(await numbers(visitor), range(21, 40));
      await visitor.follow('Later posts');
      await visitor.arrives(/\?from=41$/);
      assert.deepEqual(await numbers(visitor), range(41, LENGTH));
      await visitor.follow('Earlier posts');
      await visitor.arrives(/\?before=41$/);
      assert.deepEqual(await numbers(visitor), range(21, 40));
      await visitor.follow('Earlier posts');
      await visitor.arrives(/\?before=21$/);
      assert.deepEqual(await numbers(visitor), range(1, 20));
    },
  },
  {
    name: 'a link to a post shows that post',
    windows: everywhere,
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(`${topic.path}/33#p33`);
      await inView(visitor, 33);
      assert.ok((await numbers(visitor)).length >= 20);
    },
  },
  {
    name: 'earlier posts come above, and what one reads stays in its place',
    windows: scripted,
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(`${topic.path}?from=41`);
      await visitor.post(21).waitFor({state: 'attached'});
      await inView(visitor, 41);
      await visitor.page.mouse.wheel(0, -100_000);
      await visitor.post(1).waitFor({state: 'attached'});
      const seen = await numbers(visitor);
      assert.deepEqual(seen, range(1, seen.at(-1)));
      await visitor.fits();
    },
  },
  {
    name: 'a timeline says where one is and leads to another place',
    windows: [desk, phone],
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(topic.path);
      await visitor.page.mouse.wheel(0, 1200);
      const timeline = visitor.page.getByRole('navigation', {name: 'Timeline'});
      await visitor.sees(timeline);
      if (visitor.window === phone) {
        await timeline.getByTitle('Go to post').click();
        await visitor.sees(timeline.getByText(topic.createdAt.slice(0, 4)).first());
      }
      const slider = timeline.getByRole('slider', {name: 'Go to post'});
      await slider.focus();
      t.step('to the end by a key');
      await slider.press('End');
      await visitor.sees(visitor.post(LENGTH));
      await visitor.arrives(new RegExp(`/${LENGTH}#p${LENGTH}$`));
      await inView(visitor, LENGTH);
      await visitor.fits();
      assert.deepEqual(await visitor.page.evaluate(() => window.shifts), []);
    },
  },
  {
    name: 'the way back leads to the place that one left',
    windows: scripted,
    async run(t) {
      const author = await t.community.person('levi');
      for (let i = 0; i < 12; ++i) await t.community.topic(author, {title: `Something to find ${i}`});
      const visitor = await t.visitor();
      await visitor.open('/');
      const row = visitor.link('Something to find 0');
      await row.scrollIntoViewIfNeeded();
      const y = await visitor.page.evaluate(() => scrollY);
      await row.click();
      await visitor.seesHeading('Something to find 0');
      await visitor.until(() => scrollY === 0);
      await visitor.page.goBack();
      await visitor.seesHeading('Latest topics');
      await visitor.until((before) => Math.abs(scrollY - before) < 3, y);
      await visitor.page.goForward();
      await visitor.seesHeading('Something to find 0');
    },
  },
  {
    name: 'a wrong slug leads to the right address',
    windows: plain,
    async run(t) {
      const topic = await longTopic(t);
      const visitor = await t.visitor();
      await visitor.open(`/t/whatever/${topic.id}`);
      assert.equal(visitor.path, topic.path);
    },
  },
];
