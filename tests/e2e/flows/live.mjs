// SPDX-License-Identifier: Apache-2.0
// What happens elsewhere is seen here without a reload; and nothing is lost when the way there is.
import assert from 'node:assert/strict';

import {scripted} from '../windows.mjs';

// What is live is there within two seconds, on a machine that has nothing else to do.
const SOON = {timeout: 6000};

const numbers = (visitor) => visitor.page.locator('.posts article').evaluateAll((all) => all.map((post) => Number(post.id.slice(1))));
const sees = (visitor, text, number) => visitor.post(number).getByText(text).waitFor(SOON);

/** Until a page that is about to open is told what happens on the channel. */
async function listens(visitor, channel) {
  const socket = await visitor.page.waitForEvent('websocket');
  await socket.waitForEvent('framereceived', ({payload}) => payload.includes('"subscribed"') && payload.includes(`"${channel}"`));
}

/** Two people, a topic by the first, who has it open. */
async function reading(t, names, options = {}) {
  const [author, other] = await Promise.all(names.map((name) => t.community.person(name)));
  const topic = await t.community.topic(author, options);
  const visitor = await t.visitor({as: author});
  return {author, other, topic, visitor};
}

// The view of the page is counted in passing; offline it could not be.
const open = (visitor, topic) => Promise.all([visitor.page.waitForResponse(/\/views$/), visitor.open(topic.path)]);

export default [
  {
    name: 'replies, edits, likes and deletions are seen by who reads the topic',
    windows: scripted,
    async run(t) {
      const {other, topic, visitor} = await reading(t, ['lisa', 'luis']);
      await visitor.open(topic.path);
      const second = await t.visitor({as: other});
      await second.open(topic.path);
      t.step('a reply');
      await second.reply('What came *first*.', 2);
      await sees(visitor, 'first', 2);
      t.step('its author sees it once');
      assert.deepEqual(await numbers(second), [1, 2]);
      t.step('an edit');
      await second.pick('More actions', 'Edit', second.post(2));
      await second.fill('Text', 'What came **later**.');
      await second.press('Save');
      await sees(visitor, 'later', 2);
      t.step('likes');
      await second.saves(/reactions/, () => second.press(/^Like/, second.post(1)));
      await visitor.post(1).getByTitle('1 like').waitFor(SOON);
      await visitor.saves(/reactions/, () => visitor.press(/^Like/, visitor.post(2)));
      await second.post(2).getByTitle('1 like').waitFor(SOON);
      t.step('a deletion');
      await second.pick('More actions', 'Delete', second.post(2));
      await sees(visitor, 'This post was deleted.', 2);
      t.step('the topic is closed');
      await t.community.moderate(topic, 'CLOSE');
      await visitor.page.getByText('Closed', {exact: true}).first().waitFor(SOON);
      await visitor.gone(visitor.button('Write a reply …'));
      await visitor.fits();
    },
  },
  {
    name: 'one sees who reads and who writes',
    windows: scripted,
    async run(t) {
      const {other, topic, visitor} = await reading(t, ['mona', 'milo']);
      await visitor.open(topic.path);
      const second = await t.visitor({as: other});
      await second.open(topic.path);
      await visitor.page.getByText('1 reading now').waitFor(SOON);
      await second.press('Write a reply …');
      await second.field('Text').pressSequentially('Hm');
      await visitor.page.getByText(`${other.username} is typing …`).first().waitFor(SOON);
      await second.page.close();
      await visitor.gone(visitor.page.getByText('1 reading now'));
    },
  },
  {
    name: 'who reads further up is told of new posts and led to them',
    windows: scripted,
    async run(t) {
      const texts = Array.from({length: 8}, (_, i) => `Number ${i + 1}.\n\nWith\n\nsome\n\nroom.`);
      const {other, topic, visitor} = await reading(t, ['nele', 'nick'], {texts});
      await visitor.open(topic.path);
      await visitor.page.getByText('Number 1.').click();
      const second = await t.visitor();
      await second.open(topic.path);
      await visitor.page.getByText('1 reading now').waitFor({state: 'attached', ...SOON});
      const y = await visitor.page.evaluate(() => scrollY);
      for (const raw of ['One more.', 'And another.']) await t.community.reply(other, topic, raw);
      await visitor.button('2 new posts').waitFor(SOON);
      assert.equal(await visitor.page.evaluate(() => scrollY), y);
      assert.match(await visitor.page.title(), /^\(2\) /);
      await visitor.press('2 new posts');
      await visitor.gone(visitor.button('2 new posts'));
      await visitor.sees('One more.', visitor.post(9));
      assert.doesNotMatch(await visitor.page.title(), /^\(/);
    },
  },
  {
    name: 'a list keeps up, and new topics come when one wants them',
    windows: scripted,
    async run(t) {
      const category = await t.community.newCategory('Meadow');
      const author = await t.community.person('petra');
      const old = await t.community.topic(author, {title: 'An old meadow', category});
      await t.community.topic(author, {title: 'A young meadow', category});
      const visitor = await t.visitor({as: await t.community.person('paul')});
      await Promise.all([listens(visitor, `category:${category.id}`), visitor.open(`/c/${category.slug}`)]);
      const row = visitor.page.locator('li', {has: visitor.link('An old meadow')});
      await t.community.reply(author, old, 'Mown.');
      await row.getByTitle('1 reply').waitFor(SOON);
      await t.community.topic(author, {title: 'A new meadow', category});
      await visitor.button('2 new or updated topics').waitFor(SOON);
      await visitor.page.keyboard.press('.');
      await visitor.sees(visitor.link('A new meadow'));
      const titles = await visitor.page.getByRole('link', {name: /meadow$/}).allTextContents();
      assert.deepEqual(titles, ['A new meadow', 'An old meadow', 'A young meadow']);
      await visitor.fits();
    },
  },
  {
    name: 'what happened while one was away is there afterwards, once and in order',
    windows: scripted,
    async run(t) {
      const {other, topic, visitor} = await reading(t, ['rosa', 'rolf'], {texts: ['First.', 'Second.']});
      await open(visitor, topic);
      await t.community.reply(other, topic, 'Third.');
      await sees(visitor, 'Third.', 3);
      await visitor.page.waitForResponse(/\/read$/);
      await visitor.context.setOffline(true);
      for (const raw of ['Fourth.', 'Fifth.']) await t.community.reply(other, topic, raw);
      const sixth = await t.community.reply(other, topic, 'Sixth, wrongly.');
      await t.community.edit(other, sixth, 'Sixth.');
      await visitor.context.setOffline(false);
      await sees(visitor, 'Sixth.', 6);
      assert.deepEqual(await numbers(visitor), [1, 2, 3, 4, 5, 6]);
    },
  },
  {
    name: 'where WebSocket is blocked a stream of events does',
    windows: scripted,
    async run(t) {
      const {other, topic, visitor} = await reading(t, ['sven', 'suse']);
      await visitor.page.routeWebSocket(/\/realtime/, (socket) => socket.close());
      await Promise.all([visitor.page.waitForResponse(/\/events\?/), visitor.open(topic.path)]);
      await t.community.reply(other, topic, 'By the stream.');
      await sees(visitor, 'By the stream.', 2);
      await t.community.reply(other, topic, 'And again.');
      await sees(visitor, 'And again.', 3);
      assert.deepEqual(await numbers(visitor), [1, 2, 3]);
    },
  },
  {
    name: 'where everything is blocked the page asks now and then',
    windows: scripted,
    async run(t) {
      const {other, topic, visitor} = await reading(t, ['tina', 'till']);
      await visitor.page.routeWebSocket(/\/realtime/, (socket) => socket.close());
      await visitor.page.route(/\/events\?/, (route) => route.fulfill({status: 404}));
      await visitor.open(topic.path);
      await t.community.reply(other, topic, 'Found by asking.');
      await visitor.sees('Found by asking.', visitor.post(2));
      assert.deepEqual(await numbers(visitor), [1, 2]);
    },
  },
  {
    name: 'logging out in one tab logs out the others',
    windows: scripted,
    async run(t) {
      const {topic, visitor} = await reading(t, ['uwe']);
      await visitor.open(topic.path);
      const tab = await visitor.context.newPage();
      await tab.goto(visitor.url);
      await tab.waitForSelector('html[data-ready]', {state: 'attached'});
      await visitor.logOut.call(Object.assign(Object.create(visitor), {page: tab}));
      await visitor.link('Log in to reply').waitFor();
      await visitor.ready();
    },
  },
];
