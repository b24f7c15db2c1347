// SPDX-License-Identifier: Apache-2.0
// What one writes is kept on the device until it is sent.
import assert from 'node:assert/strict';

import {everywhere, plain, scripted} from '../windows.mjs';

const drafts = (visitor) => visitor.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('draft:')));

export default [
  {
    name: 'a reply outlives a reload, and nothing stays once it is sent',
    windows: scripted,
    async run(t) {
      const author = await t.community.person('dora');
      const topic = await t.community.topic(author);
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      await visitor.press('Write a reply …');
      await visitor.fill('Text', 'Half a thought');
      await visitor.reload();
      await visitor.press('Write a reply …');
      await visitor.sees('Your draft is back.');
      assert.equal(await visitor.field('Text').inputValue(), 'Half a thought');
      await visitor.fill('Text', 'A whole thought');
      await visitor.press('Post reply');
      await visitor.sees('A whole thought', visitor.post(2));
      assert.deepEqual(await drafts(visitor), []);
      await visitor.reload();
      await visitor.press('Write a reply …');
      assert.equal(await visitor.field('Text').inputValue(), '');
    },
  },
  {
    name: 'a new topic outlives a reload, and nothing stays once it is open',
    windows: scripted,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('dina')});
      await visitor.open('/new');
      await visitor.fill('Title', 'A draft of a topic');
      await visitor.fill('Text', 'Its text.');
      await visitor.reload();
      assert.equal(await visitor.field('Title').inputValue(), 'A draft of a topic');
      assert.equal(await visitor.field('Text').inputValue(), 'Its text.');
      await visitor.choose('Category', 'Garden');
      await visitor.press('Open topic');
      await visitor.seesHeading('A draft of a topic');
      assert.deepEqual(await drafts(visitor), []);
    },
  },
  {
    name: 'a refused topic keeps what was typed',
    windows: plain,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('dana')});
      await visitor.open('/new');
      await visitor.fill('Title', 'A topic with too many tags');
      await visitor.choose('Category', 'Garden');
      await visitor.fill('Tags', 'a, b, c, d, e, f, g');
      await visitor.fill('Text', 'Its text.');
      await visitor.press('Open topic');
      await visitor.sees(visitor.page.getByRole('alert').filter({hasText: /\w/}));
      assert.equal(await visitor.field('Title').inputValue(), 'A topic with too many tags');
      assert.equal(await visitor.field('Text').inputValue(), 'Its text.');
    },
  },
  {
    name: 'a reply to a topic that was closed meanwhile keeps its text',
    windows: everywhere,
    async run(t) {
      const author = await t.community.person('dirk');
      const topic = await t.community.topic(author);
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      if (visitor.window.script) await visitor.press('Write a reply …');
      const field = visitor.field(visitor.window.script ? 'Text' : 'Your reply');
      await field.fill('A long thought');
      await t.community.moderate(topic, 'CLOSE');
      await visitor.press('Post reply');
      await visitor.sees(/The topic was closed/);
      await visitor.sees(visitor.page.locator('textarea'));
      assert.equal(await visitor.page.locator('textarea').first().inputValue(), 'A long thought');
    },
  },
];
