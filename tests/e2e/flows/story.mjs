// SPDX-License-Identifier: Apache-2.0
// The whole way of a community's first day, from the address that the first start prints to the last log-out.
import assert from 'node:assert/strict';

import {Community} from '../community.mjs';
import {everywhere} from '../windows.mjs';

const ada = {username: 'ada', email: 'ada@example.org', password: 'quiet garden gate 7'};
const ben = {username: 'ben', email: 'ben@example.org', password: 'long wooden ladder 4'};

async function firstRun(t, community, guest) {
  t.step('first run');
  await guest.open(await community.forium.setupUrl());
  await guest.seesHeading('Make this place yours');
  await guest.fill('Name of the community', 'Allotment');
  await guest.fill('Name 2', ada.username);
  await guest.fill('E-mail', ada.email);
  await guest.fill('Password', ada.password);
  await guest.press('Open the community');
  await guest.arrives(/^\/$/);
  await guest.seesHeading('Latest topics');
  await guest.sees(guest.page.getByLabel('Your account', {exact: true}));
  assert.match(await guest.page.title(), /Allotment/);
}

async function makeCategory(t, admin) {
  t.step('the first category');
  await admin.pick('Your account', 'Administration');
  await admin.arrives(/^\/admin$/);
  await admin.follow('Categories', admin.page.getByRole('navigation', {name: 'Administration'}));
  await admin.arrives(/^\/admin\/categories$/);
  const form = admin.page.locator('details', {hasText: 'New category'});
  if (!(await admin.button('Create', form).isVisible())) await form.getByText('New category').click();
  await admin.fill('Name', 'Vegetables', form);
  await admin.press('Create', form);
  await admin.sees(admin.page.getByText('/c/vegetables'));
  await admin.fits();
}

async function register(t, guest) {
  t.step('register');
  await guest.follow('Sign up');
  await guest.arrives(/^\/signup/);
  await guest.fill('Name 2', ben.username);
  await guest.fill('E-mail', ben.email);
  await guest.fill('Password', ben.password);
  await guest.press('Create account');
  await guest.sees(guest.page.getByLabel('Your account', {exact: true}));
  await guest.arrives(/^\/$/);
}

async function openTopic(t, member) {
  t.step('open a topic');
  await member.follow('Write');
  await member.arrives(/^\/new/);
  await member.fill('Title', 'Tomatoes with brown spots');
  await member.choose('Category', 'Vegetables');
  await member.fill('Tags', 'tomato, blight');
  await member.fill('Text', 'The leaves have **brown spots**.\n\nIs it the rain?');
  await member.press('Open topic');
  await member.arrives(/^\/t\/tomatoes-with-brown-spots\/\d+/);
  await member.seesHeading('Tomatoes with brown spots');
  await member.sees(member.post(1).locator('strong', {hasText: 'brown spots'}));
  await member.sees(member.link('#blight'));
  await member.fits();
}

async function reply(t, member) {
  t.step('reply');
  await member.reply('Here is *more* about it.', 2);
  await member.sees(member.post(2).locator('em', {hasText: 'more'}));
}

// With scripts a selection offers to be quoted; without, one writes the quote.
async function quote(t, admin) {
  t.step('quote');
  const words = 'Is it the rain?';
  if (admin.window.script) {
    await admin.post(1).getByText(words).selectText();
    await admin.press('Quote');
    const text = admin.field('Text');
    await text.press('Control+End');
    await text.pressSequentially('It is a fungus.');
    await admin.press('Post reply');
  } else {
    await admin.reply(`[quote="ben, post:1"]\n${words}\n[/quote]\n\nIt is a fungus.`, 3);
  }
  await admin.sees(admin.post(3).getByText('It is a fungus.'));
  await admin.sees(admin.post(3).locator('blockquote', {hasText: words}));
  await admin.sees(admin.post(3).locator('aside, figure, blockquote', {hasText: 'ben'}));
}

async function edit(t, member) {
  t.step('edit');
  await member.pick('More actions', 'Edit', member.post(2));
  await member.fill('Text', 'Here is *much more* about it.');
  await member.fill('Why the change?', 'forgot a word');
  await member.press('Save');
  await member.sees(member.post(2).locator('em', {hasText: 'much more'}));
  await member.sees(member.link('edited', member.post(2)));
}

async function history(t, member) {
  t.step('history');
  await member.follow('edited', member.post(2));
  await member.arrives(/^\/p\/\d+\/history/);
  await member.seesHeading('Earlier versions');
  await member.sees('forgot a word');
  await member.sees(member.page.locator('ins', {hasText: 'much'}));
  await member.fits();
  await member.follow('Back to the post');
  await member.arrives(/^\/t\/.*\/2#p2$/);
}

async function like(t, admin) {
  t.step('like');
  const like = () => admin.press(/^Like/, admin.post(2));
  await admin.saves(/reactions/, like);
  await admin.sees(admin.button(/^Take the like back/, admin.post(2)));
  await admin.reload();
  await admin.saves(/reactions/, () => admin.press(/^Take the like back/, admin.post(2)));
  await admin.sees(admin.button(/^Like/, admin.post(2)));
  await admin.saves(/reactions/, like);
  await admin.sees(admin.button(/^Take the like back/, admin.post(2)));
}

async function moderateTopic(t, admin) {
  t.step('close');
  const badges = admin.page.getByRole('main').locator('header').first();
  await admin.pick('Moderate this topic', 'Close');
  await admin.sees(badges.getByText('Closed', {exact: true}));
  await admin.reload();
  await admin.sees('closed this topic');
  t.step('open again');
  await admin.pick('Moderate this topic', 'Open again');
  await admin.gone(badges.getByText('Closed', {exact: true}));
  t.step('pin');
  await admin.pick('Moderate this topic', 'Pin');
  await admin.sees(badges.getByText('Pinned', {exact: true}));
  t.step('hide the topic');
  await admin.pick('Moderate this topic', 'Hide');
  await admin.sees('This topic is hidden: only moderators see it.');
  await admin.pick('Moderate this topic', 'Show again');
  await admin.gone(admin.page.getByText('This topic is hidden: only moderators see it.'));
  t.step('delete the topic and undo');
  await admin.pick('Moderate this topic', 'Delete topic');
  await admin.sees('This topic was deleted.');
  await admin.press('Restore topic');
  await admin.gone(admin.page.getByText('This topic was deleted.'));
}

async function moderatePost(t, admin) {
  t.step('hide a post');
  const post = admin.post(2);
  await admin.pick('More actions', 'Hide', post);
  await admin.sees('This post is hidden.', post);
  await admin.press('Show again', post);
  await admin.sees('much more', post);
  t.step('delete a post and undo');
  await admin.pick('More actions', 'Delete', post);
  await admin.sees('This post was deleted.', post);
  await admin.saves(/restore/, () => admin.window.script
    ? admin.press('Undo', admin.page.getByRole('region', {name: 'Messages'})) : admin.press('Restore', post));
  await admin.sees('much more', post);
  await admin.reload();
  await admin.sees('much more', post);
}

async function settings(t, member) {
  t.step('settings');
  await member.pick('Your account', 'Settings');
  await member.arrives(/^\/settings/);
  await member.fill('Display name', 'Benjamin');
  const profile = member.page.locator('section', {has: member.page.getByRole('heading', {name: 'Profile', level: 2})}).last();
  // Without a script the form leaves the page, and the next step begins on the one that comes.
  const left = member.window.script ? null : member.page.waitForNavigation();
  await member.press('Save', profile);
  await (left ?? member.sees('Saved.'));
  await member.reload();
  assert.equal(await member.field('Display name').inputValue(), 'Benjamin');
  await member.fits();
}

export default [{
  name: 'from the first start to the last log-out',
  windows: everywhere,
  async run(t) {
    const community = await Community.untouched();
    try {
      const url = community.url;
      const first = await t.visitor({url});
      await firstRun(t, community, first);
      await makeCategory(t, first);
      t.step('log out');
      await first.logOut();
      await register(t, first);
      await openTopic(t, first);
      await reply(t, first);
      const topic = first.path.replace(/(\/t\/[^/]+\/\d+).*/, '$1');
      t.step('log in');
      const second = await t.visitor({url});
      await second.logIn(ada);
      await second.open(topic);
      await quote(t, second);
      await edit(t, first);
      await history(t, first);
      await second.reload();
      await like(t, second);
      await moderateTopic(t, second);
      await moderatePost(t, second);
      await settings(t, first);
      t.step('log out at the end');
      await first.logOut();
      await second.logOut();
      await t.end();
    } finally {
      await community.stop();
    }
  },
}];
