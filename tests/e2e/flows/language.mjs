// SPDX-License-Identifier: Apache-2.0
// A guest whose browser prefers German reads and joins in German.
import assert from 'node:assert/strict';

import {everywhere} from '../windows.mjs';

const headings = [['/', 'Neueste Themen'], ['/top', 'Beliebte Themen'], ['/categories', 'Kategorien'], ['/tags', 'Schlagwörter'],
  ['/login', 'Anmelden'], ['/nowhere', 'Diese Seite gibt es hier nicht']];

export default [{
  name: 'German for those who prefer it',
  windows: everywhere,
  async run(t) {
    const visitor = await t.visitor({locale: 'de-DE'});
    for (const [path, heading] of headings) {
      t.step(path);
      await visitor.open(path);
      await visitor.seesHeading(heading);
      assert.equal(await visitor.page.getAttribute('html', 'lang'), 'de');
      await visitor.fits();
    }
    t.step('register');
    await visitor.open('/signup');
    await visitor.fill('Name 2', `uwe${t.window.width}${t.window.script ? 'js' : ''}`);
    await visitor.fill('E-Mail', `uwe${t.window.width}${t.window.script ? 'js' : ''}@example.org`);
    await visitor.fill('Passwort', 'ein ruhiges Gartentor');
    await visitor.press('Konto anlegen');
    await visitor.sees(visitor.page.getByLabel('Dein Konto', {exact: true}));
  },
}];
