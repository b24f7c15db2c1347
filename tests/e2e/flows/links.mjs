// SPDX-License-Identifier: Apache-2.0
// One-time links: a new password, an invitation, how they are made; and what a used one says. The first administrator's
// is part of the story.
import assert from 'node:assert/strict';

import {everywhere} from '../windows.mjs';

const nameIn = (window, name) => `${name}${window.width}${window.script ? 's' : 'p'}`;

// The path of a link that was just made: shown to be copied with scripts; without, its own page opens beside this one.
async function made(admin, make) {
  if (admin.window.script) {
    await make();
    const field = admin.page.locator('.made input');
    await field.waitFor();
    return new URL(await field.inputValue()).pathname;
  }
  const [page] = await Promise.all([admin.context.waitForEvent('page'), make()]);
  await page.waitForLoadState();
  assert.match(page.url(), /\/(invite|reset)\/[\w-]+$/);
  return new URL(page.url()).pathname;
}

export default [
  {
    name: 'a link sets a new password, once',
    windows: everywhere,
    async run(t) {
      const person = await t.community.person('rita');
      const {token} = await t.community.link('RESET', person.username);
      const visitor = await t.visitor();
      await visitor.open(`/reset/${token}`);
      await visitor.seesHeading('Set a new password');
      await visitor.fill('New password', 'a password from a link');
      await visitor.press('Set password');
      await visitor.arrives(/^\/$/);
      await visitor.sees(visitor.page.getByLabel('Your account', {exact: true}));
      await visitor.open(`/reset/${token}`);
      await visitor.seesHeading('This link does not work any more');
      await visitor.open('/');
      await visitor.logOut();
      await visitor.logIn({...person, password: 'a password from a link'});
    },
  },
  {
    name: 'an invitation makes an account',
    windows: everywhere,
    async run(t) {
      const {token} = await t.community.link('INVITE');
      const visitor = await t.visitor();
      await visitor.open(`/invite/${token}`);
      await visitor.sees('Choose a name and a password, and you are in.');
      await visitor.fill('Name 2', nameIn(t.window, 'rosa'));
      await visitor.fill('E-mail', `${nameIn(t.window, 'rosa')}@example.org`);
      await visitor.fill('Password', 'too short');
      await visitor.press('Create account');
      await visitor.sees(visitor.page.locator('input:invalid').first());
      await visitor.fill('Password', 'long enough by now');
      await visitor.press('Create account');
      await visitor.arrives(/^\/$/);
      await visitor.sees(visitor.page.getByLabel('Your account', {exact: true}));
    },
  },
  {
    name: 'an administrator makes links that work for somebody else',
    windows: everywhere,
    async run(t) {
      const person = await t.community.person('ruth');
      const admin = await t.visitor({as: t.community.admin});
      t.step('make an invitation');
      await admin.open('/admin/users');
      const invitation = await made(admin, () => admin.press('Make an invitation link'));
      t.step('make a link for a new password');
      await admin.open(`/admin/users?query=${person.username}`);
      await admin.press(`Manage ${person.username}`);
      const reset = await made(admin, () => admin.press('Make a link'));
      t.step('follow them');
      const guest = await t.visitor();
      await guest.open(invitation);
      await guest.sees('Choose a name and a password, and you are in.');
      await guest.open(reset);
      await guest.seesHeading('Set a new password');
      await guest.sees(new RegExp(person.username));
      await guest.fill('New password', 'quite another password');
      await guest.press('Set password');
      await guest.sees(guest.page.getByLabel('Your account', {exact: true}));
    },
  },
];
