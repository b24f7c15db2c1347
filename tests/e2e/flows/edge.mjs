// SPDX-License-Identifier: Apache-2.0
// The administrator looks at the server: complete without scripts, live with them.
import assert from 'node:assert/strict';

import {everywhere} from '../windows.mjs';

const asOf = (visitor) => visitor.page.getByText(/^as of \d\d:\d\d:\d\d UTC$/).innerText();

export default [
  {
    name: 'an administrator sees how the server is, live',
    windows: everywhere,
    async run(t) {
      const visitor = await t.visitor({as: t.community.admin});
      await visitor.open('/admin');
      await visitor.link('Server').click();
      await visitor.arrives(/^\/admin\/edge/);
      await visitor.seesHeading('Server');
      await visitor.sees(visitor.page.getByRole('img', {name: /^Requests in the last minute: /}));
      await visitor.sees(visitor.page.getByRole('heading', {name: 'Certificates'}));
      await visitor.fits();
      const first = await asOf(visitor);
      if (!visitor.window.script) return;

      t.step('it moves by itself');
      await visitor.sees('Live');
      await visitor.until((text) => !document.body.innerText.includes(text), first);

      t.step('it can be held still');
      await visitor.press('Pause');
      await visitor.sees('Paused');
      const held = await asOf(visitor);
      await visitor.press('Pause');
      await visitor.until((text) => !document.body.innerText.includes(text), held);
      await visitor.fits();
    },
  },
  {
    name: 'nobody else does',
    windows: everywhere,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('egon')});
      const answer = await visitor.open('/admin/edge');
      assert.equal(answer.status(), 403);
    },
  },
];
