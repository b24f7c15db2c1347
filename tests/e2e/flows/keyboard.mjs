// SPDX-License-Identifier: Apache-2.0
// Reading and answering without a mouse.
import assert from 'node:assert/strict';

import {desk, plainDesk} from '../windows.mjs';

/** Tab until `locator` has the focus. */
async function tabTo(visitor, locator, most = 80) {
  for (let i = 0; i < most; ++i) {
    await visitor.page.keyboard.press('Tab');
    if (await locator.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`${most} tabs do not lead to ${locator}`);
}

export default [
  {
    name: 'letters lead from the list into a topic and to a reply',
    windows: [desk],
    async run(t) {
      const author = await t.community.person('kai');
      const title = `For the keyboard of ${author.username}`;
      await t.community.topic(author, {title, texts: ['One.', 'Two.']});
      const visitor = await t.visitor({as: author});
      const {keyboard} = visitor.page;
      await visitor.open('/c/garden');
      await keyboard.press('Tab');
      assert.equal(await visitor.page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
      await keyboard.press('Enter');
      await visitor.until(() => location.hash === '#main');
      const row = visitor.link(title);
      for (let i = 0; i < 30 && !(await row.evaluate((link) => link === document.activeElement)); ++i) {
        const before = await visitor.page.evaluate(() => document.activeElement.textContent);
        await keyboard.press('j');
        await visitor.until((text) => document.activeElement.textContent !== text, before);
      }
      await keyboard.press('Enter');
      await visitor.seesHeading(title);
      await keyboard.press('j');
      await visitor.until(() => document.activeElement.matches('.post'));
      await keyboard.press('r');
      await visitor.until(() => document.activeElement.matches('textarea'));
      await keyboard.type('Three, by keyboard.');
      await keyboard.press('Control+Enter');
      await visitor.sees('Three, by keyboard.', visitor.post(3));
      await visitor.until(() => document.activeElement.id === 'p3');
      await keyboard.press('?');
      await visitor.sees(visitor.page.getByRole('dialog', {name: 'Keyboard shortcuts'}));
      await keyboard.press('Escape');
      await visitor.gone(visitor.page.getByRole('dialog'));
    },
  },
  {
    name: 'tabs alone lead through a topic to a reply',
    windows: [plainDesk],
    async run(t) {
      const author = await t.community.person('kim');
      const title = `For the tabs of ${author.username}`;
      await t.community.topic(author, {title, texts: ['One.', 'Two.']});
      const visitor = await t.visitor({as: author});
      const {keyboard} = visitor.page;
      await visitor.open('/c/garden');
      await tabTo(visitor, visitor.link(title));
      await keyboard.press('Enter');
      await visitor.seesHeading(title);
      await tabTo(visitor, visitor.field('Your reply'));
      await keyboard.type('Three, by tabs.');
      await tabTo(visitor, visitor.button('Post reply'), 3);
      await keyboard.press('Enter');
      await visitor.sees('Three, by tabs.', visitor.post(3));
    },
  },
];
