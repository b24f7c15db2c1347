// SPDX-License-Identifier: Apache-2.0
// One-time links: a new password, an invitation; and what a used one says.
import {everywhere} from '../windows.mjs';

const nameIn = (window, name) => `${name}${window.width}${window.script ? 's' : 'p'}`;

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
];
