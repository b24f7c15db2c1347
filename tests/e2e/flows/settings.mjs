// SPDX-License-Identifier: Apache-2.0
// A member's own choices: language, theme, devices, name and password.
import assert from 'node:assert/strict';

import {everywhere} from '../windows.mjs';

const part = (visitor, name) =>
  visitor.page.locator('section', {has: visitor.page.getByRole('heading', {name, level: 2, exact: true})}).last();

export default [
  {
    name: 'the language changes everywhere, and back',
    windows: everywhere,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('sara')});
      await visitor.open('/settings');
      await visitor.choose('Language', 'Deutsch');
      await visitor.press('Save', part(visitor, 'Look and language'));
      await visitor.seesHeading('Einstellungen');
      await visitor.ready();
      assert.equal(await visitor.page.getAttribute('html', 'lang'), 'de');
      await visitor.open('/');
      await visitor.seesHeading('Neueste Themen');
      await visitor.open('/settings');
      await visitor.choose('Sprache', 'English');
      await visitor.press('Speichern', part(visitor, 'Aussehen und Sprache'));
      await visitor.seesHeading('Settings');
    },
  },
  {
    name: 'the theme holds over a reload',
    windows: everywhere,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('sven')});
      await visitor.open('/settings');
      await visitor.page.getByRole('radio', {name: 'Dark', exact: true}).check();
      await visitor.press('Save', part(visitor, 'Look and language'));
      if (visitor.window.script) await visitor.sees('Saved.');
      await visitor.open('/');
      assert.equal(await visitor.page.getAttribute('html', 'data-theme'), 'dark');
      const groundOf = ({page}) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      await visitor.fits();
      const light = await t.visitor();
      await light.open('/');
      assert.notEqual(await groundOf(light), await groundOf(visitor));
    },
  },
  {
    name: 'a device that is logged out is a guest at once',
    windows: everywhere,
    async run(t) {
      const person = await t.community.person('sina');
      const here = await t.visitor();
      await here.logIn(person);
      const there = await t.visitor();
      await there.logIn(person);
      await here.open('/settings');
      await here.press('Log out everywhere else');
      await here.gone(here.button('Log out everywhere else'));
      await there.reload();
      await there.sees(there.link('Log in'));
      await here.reload();
      await here.seesHeading('Settings');
    },
  },
  {
    name: 'a new password works, the old one does not',
    windows: everywhere,
    async run(t) {
      const person = await t.community.person('sami');
      const visitor = await t.visitor({as: person});
      await visitor.open('/settings');
      await visitor.fill('Present password', person.password);
      await visitor.fill('New password', 'another quiet password');
      await visitor.press('Change password');
      if (visitor.window.script) await visitor.sees('The password is changed.');
      else await visitor.arrives(/^\/settings/);
      await visitor.open('/');
      await visitor.logOut();
      await visitor.open('/login');
      await visitor.fill('Name or e-mail', person.username);
      await visitor.fill(/^Password$/, person.password);
      await visitor.press('Log in');
      await visitor.sees('The name or the password is not right.');
      assert.equal(await visitor.field('Name or e-mail').inputValue(), person.username);
      await visitor.logIn({...person, password: 'another quiet password'});
    },
  },
];
