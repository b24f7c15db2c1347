// SPDX-License-Identifier: Apache-2.0
// Two edits of one post at once: nobody's text is lost.
import assert from 'node:assert/strict';

import {everywhere} from '../windows.mjs';

const base = 'First line.\n\nSecond line.\n\nThird line.';
const mine = base.replace('First', 'My first');
const theirs = base.replace('Third', 'Their third');

export default [
  {
    name: 'the second of two edits sees both versions and merges them',
    windows: everywhere,
    async run(t) {
      const author = await t.community.person('nora');
      const topic = await t.community.topic(author, {texts: [base]});
      const visitor = await t.visitor({as: author});
      await visitor.open(`/p/${topic.first.id}/edit`);
      await t.community.edit(author, topic.first, theirs);
      await visitor.fill(/^Text$/, mine);
      await visitor.press('Save');
      await visitor.sees('Somebody else changed this post meanwhile');
      assert.equal((await visitor.field('Your version').inputValue()).trim(), mine);
      assert.equal((await visitor.field('The saved version').inputValue()).trim(), theirs);
      assert.equal((await visitor.field(/^Text$/).inputValue()).trim(), mine, 'the own text is still there');
      await visitor.fits();
      if (visitor.window.script) await visitor.press('Merge both');
      else await visitor.fill(/^Text$/, theirs.replace('First', 'My first'));
      await visitor.press('Save');
      await visitor.arrives(/^\/t\//);
      await visitor.sees('My first line.', visitor.post(1));
      await visitor.sees('Their third line.', visitor.post(1));
    },
  },
  {
    name: 'an edit in the composer that comes too late leads to the page that merges',
    windows: everywhere.filter((window) => window.script),
    async run(t) {
      const author = await t.community.person('nils');
      const topic = await t.community.topic(author, {texts: [base]});
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      await visitor.pick('More actions', 'Edit', visitor.post(1));
      await visitor.until(() => document.querySelector('.dock textarea')?.value.includes('Third'));
      await t.community.edit(author, topic.first, theirs);
      await visitor.fill('Text', mine);
      await visitor.press('Save');
      await visitor.arrives(/^\/p\/\d+\/edit/);
      await visitor.sees('Somebody else changed this post meanwhile');
      await visitor.press('Merge both');
      await visitor.press('Save');
      await visitor.arrives(/^\/t\//);
      await visitor.sees('My first line.', visitor.post(1));
      await visitor.sees('Their third line.', visitor.post(1));
    },
  },
];
