// SPDX-License-Identifier: Apache-2.0
// Names and emoji are offered while one writes: by keys, by the mouse, and never in the way.
import assert from 'node:assert/strict';

import {desk, phone} from '../windows.mjs';

const options = (visitor) => visitor.page.getByRole('option');

export default [
  {
    name: 'a name and an emoji are completed by keys',
    windows: [desk, phone],
    async run(t) {
      const author = await t.community.person('carla');
      const other = await t.community.person('carlo');
      const topic = await t.community.topic(author);
      await t.community.reply(other, topic, 'An answer.');
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      await visitor.press('Write a reply …');
      const text = visitor.field('Text');
      t.step('a name');
      await text.pressSequentially(`Thanks @${other.username.slice(0, 5)}`);
      const found = visitor.page.getByRole('option', {name: other.username});
      await visitor.sees(found);
      await visitor.sees(visitor.page.getByRole('listbox', {name: 'Suggestions'}));
      while ((await found.getAttribute('aria-selected')) !== 'true') await text.press('ArrowDown');
      assert.equal(await text.getAttribute('aria-activedescendant'), await found.getAttribute('id'));
      await visitor.fits();
      await text.press('Enter');
      assert.equal(await text.inputValue(), `Thanks @${other.username} `);
      await visitor.gone(options(visitor).first());
      t.step('an emoji');
      await text.pressSequentially(':tada');
      await visitor.sees(options(visitor).first());
      await text.press('Tab');
      assert.equal(await text.inputValue(), `Thanks @${other.username} :tada: `);
      t.step('what is no name');
      await text.pressSequentially('at 12:30 :) `@ca');
      assert.equal(await options(visitor).count(), 0);
      await text.pressSequentially('` ');
      await visitor.press('Post reply');
      await visitor.sees(visitor.link(`@${other.username}`, visitor.post(3)));
    },
  },
  {
    name: 'Escape closes the list and leaves the text, a click chooses',
    windows: [desk],
    async run(t) {
      const author = await t.community.person('cleo');
      const topic = await t.community.topic(author);
      const visitor = await t.visitor({as: author});
      await visitor.open(topic.path);
      await visitor.press('Write a reply …');
      const text = visitor.field('Text');
      await text.pressSequentially(':hear');
      await visitor.sees(options(visitor).first());
      await text.press('Escape');
      await visitor.gone(options(visitor).first());
      assert.equal(await text.inputValue(), ':hear');
      await text.press('t');
      await visitor.page.getByRole('option', {name: 'heart', exact: true}).click();
      assert.equal(await text.inputValue(), ':heart: ');
      assert.ok(await text.evaluate((area) => area === document.activeElement));
    },
  },
];
