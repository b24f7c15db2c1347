// SPDX-License-Identifier: Apache-2.0
// Finding: the page of results, the panel that suggests, within a topic, what is similar, and how the index is.
import assert from 'node:assert/strict';
import {setTimeout as sleep} from 'node:timers/promises';

import {desk, everywhere, phone, plain, scripted} from '../windows.mjs';

const option = (visitor, name) => visitor.page.getByRole('option', {name});
const panel = (visitor) => visitor.page.getByRole('dialog', {name: 'Search', exact: true});
const panelField = (visitor) => panel(visitor).getByRole('combobox');

/** Waits until the index, which is a moment behind the forum, has a topic of these words. */
async function findable(t, words, topic) {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(100)) {
    const {results} = await t.community.forium.ok('GET', `/api/v1/search?q=${encodeURIComponent(words)}`);
    if (results.some(({topicId}) => topicId === topic.id)) return;
  }
  assert.fail(`“${words}” is not found`);
}

let words = 0;
/** A topic about something that nobody else writes of. */
async function remarkable(t, more = {}) {
  const word = `quokka${String.fromCharCode(97 + words++)}fern`;
  const author = await t.community.person('quinn');
  const title = `Where the ${word} sleeps in winter`;
  const topic = await t.community.topic(author, {title, texts: [`Under leaves, says the ${word} book.`, 'In a box with straw.'], ...more});
  await findable(t, word, topic);
  return {author, title, topic, word};
}

/** Chooses by the arrows until `wanted` is chosen. */
async function arrowTo(visitor, wanted) {
  for (let i = 0; i < 40 && (await wanted.getAttribute('aria-selected')) !== 'true'; ++i) await panelField(visitor).press('ArrowDown');
  assert.equal(await panelField(visitor).getAttribute('aria-activedescendant'), await wanted.getAttribute('id'));
}

export default [
  {
    name: 'keys alone lead from anywhere to a topic, and to all results',
    windows: [desk],
    async run(t) {
      const {title, topic, word} = await remarkable(t);
      const visitor = await t.visitor();
      const {keyboard} = visitor.page;
      await visitor.open('/categories');
      await keyboard.press('/');
      await visitor.sees(panel(visitor));
      assert.ok(await panelField(visitor).evaluate((field) => field === document.activeElement));
      await keyboard.type(word);
      await visitor.sees(option(visitor, new RegExp(`^Search for ${word}`)));
      const found = option(visitor, new RegExp(title));
      await visitor.sees(found);
      await arrowTo(visitor, found);
      await visitor.fits();
      await keyboard.press('Enter');
      await visitor.seesHeading(title);
      assert.match(visitor.path, new RegExp(`^${topic.path}`));
      await visitor.gone(panel(visitor));

      t.step('all results');
      await keyboard.press('/');
      await visitor.sees(panel(visitor));
      await keyboard.type(word);
      await keyboard.press('Enter');
      await visitor.arrives(new RegExp(`^/search\\?q=${word}$`));
      await visitor.sees(visitor.page.getByRole('list').getByRole('link', {name: title}));

      t.step('typed before the panel is there');
      const slow = await t.visitor();
      await slow.page.route(/\/assets\/(keys|quick)-/, async (route) => {
        await sleep(300);
        await route.continue();
      });
      await slow.open('/categories');
      await slow.page.keyboard.press('/');
      // The first letter is the key of a new topic.
      await slow.page.keyboard.type(`c ${word}`, {delay: 60});
      await slow.sees(panel(slow));
      await slow.until((text) => document.querySelector('dialog input').value === text, `c ${word}`);
      await slow.sees(option(slow, new RegExp(`^Search for c ${word}`)));
      assert.equal(slow.path, '/categories');

      t.step('searched lately, on this device');
      await visitor.open('/categories');
      await keyboard.press('/');
      await visitor.sees(visitor.link(word, panel(visitor)));
      await keyboard.press('ArrowDown');
      await visitor.until((text) => document.activeElement.textContent.includes(text), word);
      await visitor.press(`Forget “${word}”`, panel(visitor));
      await visitor.gone(visitor.link(word, panel(visitor)));
      await keyboard.press('Escape');
      await visitor.gone(panel(visitor));
      assert.equal(await visitor.page.evaluate(() => localStorage.getItem('forium.searches')), null);
    },
  },
  {
    name: 'a thumb searches on a phone',
    windows: [phone],
    async run(t) {
      const {title, topic, word} = await remarkable(t);
      const visitor = await t.visitor({touch: true});
      await visitor.open('/');
      await visitor.link('Search', visitor.page.getByRole('navigation', {name: 'Quick access'})).tap();
      await visitor.sees(panel(visitor));
      const box = await panel(visitor).boundingBox();
      assert.deepEqual([box.x, box.y, box.width], [0, 0, visitor.window.width]);
      await panelField(visitor).fill(word);
      await visitor.sees(option(visitor, new RegExp(title)));
      await visitor.fits();
      for (const offered of await panel(visitor).getByRole('option').all()) {
        assert.ok((await offered.boundingBox()).height >= 44, 'a finger hits it');
      }
      await option(visitor, new RegExp(title)).tap();
      await visitor.seesHeading(title);
      assert.match(visitor.path, new RegExp(`^${topic.path}`));
      t.step('all results');
      await visitor.link('Search', visitor.page.getByRole('navigation', {name: 'Quick access'})).tap();
      await panelField(visitor).fill(word);
      await panelField(visitor).press('Enter');
      await visitor.arrives(new RegExp(`^/search\\?q=${word}$`));
      // The words of a post are part of the way to it.
      const {x, y, width, height} = await visitor.page.locator('.hit .snippet').first().boundingBox();
      await visitor.page.touchscreen.tap(x + width / 2, y + height / 2);
      await visitor.seesHeading(title);
    },
  },
  {
    name: 'an opened result is counted, and nothing about who opened it',
    windows: scripted,
    async run(t) {
      const {title, topic, word} = await remarkable(t);
      const counted = async () => {
        const {top} = await t.community.forium.ok('GET', '/api/v1/admin/search/analytics', {token: t.community.admin.token});
        return top.find(({query}) => query === word);
      };
      const visitor = await t.visitor({as: await t.community.person('quentin')});
      // Nothing outside of the page sees what is in a beacon.
      await visitor.page.addInitScript(() => {
        const send = navigator.sendBeacon.bind(navigator);
        window.told = [];
        navigator.sendBeacon = (url, body) => {
          void body.text().then((text) => window.told.push(JSON.parse(text)));
          return send(url, body);
        };
      });
      // A query is shown once three had it.
      for (let i = 0; i < 3; ++i) await visitor.open(`/search?q=${word}`);
      await visitor.link(title).focus();
      await visitor.page.keyboard.press('Enter');
      await visitor.seesHeading(title);
      await visitor.until(() => window.told.length > 0);
      const [{queryId, ...rest}, ...more] = await visitor.page.evaluate(() => window.told);
      assert.deepEqual([rest, more], [{topicId: topic.id, position: 1}, []]);
      assert.ok(queryId);
      let query;
      for (const end = Date.now() + 15_000; Date.now() < end && query?.clicks !== '1'; await sleep(200)) query = await counted();
      assert.equal(query?.clicks, '1');
      assert.equal(query.meanPosition, 1);
      t.step('what is no result is not counted');
      await visitor.page.goBack();
      await visitor.sees(visitor.link(title));
      await visitor.page.locator('.hit').getByRole('link', {name: 'Garden'}).first().click();
      await visitor.arrives(/^\/c\/garden/);
      assert.equal(await visitor.page.evaluate(() => window.told.length), 1);
      t.step('administrators see it');
      const admin = await t.visitor({as: t.community.admin});
      await admin.open('/admin/search');
      await admin.sees(admin.page.getByRole('row', {name: new RegExp(`^${word} \\d+ 1 1\\.0$`)}));
      await admin.fits();
    },
  },
  {
    name: 'a form finds, narrows and widens',
    windows: everywhere,
    async run(t) {
      const {title, topic, word} = await remarkable(t, {tags: ['straw']});
      const visitor = await t.visitor();
      await visitor.open('/search');
      await visitor.seesHeading('Search');
      await visitor.sees('is:solved');
      await visitor.fill('Search topics and posts', `${word} tag:straw`);
      await visitor.press('Search', visitor.page.getByRole('main'));
      await visitor.arrives(/^\/search\?q=/);
      await visitor.sees(visitor.link(title));
      assert.equal((await visitor.page.locator('.hit mark').first().innerText()).toLowerCase(), word);
      await visitor.fits();
      t.step('a filter is taken out');
      await visitor.follow('Remove tag:straw');
      await visitor.arrives(new RegExp(`q=${word}$`));
      await visitor.sees(visitor.link(title));
      t.step('a result leads to its post');
      await visitor.follow(title);
      await visitor.arrives(new RegExp(`^${topic.path}/\\d#p\\d$`));
      t.step('nothing found, something offered');
      await visitor.open('/search?q=zzzqqqxxx+in%3Atitle');
      await visitor.sees('Nothing found for “zzzqqqxxx in:title”');
      await visitor.sees(visitor.link('Latest topics', visitor.page.getByRole('main')));
      await visitor.follow('Log in and ask it');
      await visitor.arrives(/^\/login/);
    },
  },
  {
    name: 'what is typed stays text',
    windows: everywhere,
    async run(t) {
      const visitor = await t.visitor();
      const hostile = '"><img src=x onerror=document.title=1> </script><script>document.title=2</script> NEAR( * {x} "';
      await visitor.open(`/search?q=${encodeURIComponent(hostile)}`);
      await visitor.sees(visitor.page.getByRole('heading', {level: 1}));
      assert.equal(await visitor.field('Search topics and posts').inputValue(), hostile);
      assert.equal(await visitor.page.locator('img, main script').count(), 0);
      await visitor.fits();
      assert.equal((await visitor.open('/search?q=%00%ff%fe')).status(), 400, 'what is no text');
      for (const odd of ['%22', '-a', 'tag%3A', '%20', 'a'.repeat(3000), '%F0%9F%A6%8A', 'OR+AND+NOT+*']) {
        t.step(odd);
        assert.equal((await visitor.open(`/search?q=${odd}`)).status(), 200);
        await visitor.fits();
      }
      if (!visitor.window.script) return;
      t.step('in the panel');
      await visitor.open('/');
      await visitor.page.keyboard.press('/');
      await panelField(visitor).fill(hostile);
      await visitor.sees(option(visitor, /^(In this topic, )?[Ss]earch for/));
      await panelField(visitor).press('Enter');
      await visitor.arrives(/^\/search\?q=/);
      assert.equal(await visitor.page.locator('img, main script').count(), 0);
    },
  },
  {
    name: 'a topic is searched alone',
    windows: scripted,
    async run(t) {
      const {title, topic, word} = await remarkable(t);
      const other = await t.community.topic(await t.community.person('quentin'), {title: `Another one on the ${word}`});
      await findable(t, word, other);
      const visitor = await t.visitor();
      await visitor.open(topic.path);
      await visitor.page.keyboard.press('/');
      await visitor.press('Only in this topic', panel(visitor));
      await panelField(visitor).fill(word);
      await panelField(visitor).press('Enter');
      await visitor.arrives(new RegExp(`q=topic%3A${topic.id}(%20|\\+)${word}$`));
      await visitor.sees(visitor.link(title));
      assert.equal(await visitor.link(`Another one on the ${word}`).count(), 0);
      await visitor.follow(`Remove topic:${topic.id}`);
      await visitor.sees(visitor.link(`Another one on the ${word}`));
    },
  },
  {
    name: 'similar topics are shown while one writes, and at the end of a topic',
    windows: scripted,
    async run(t) {
      const {author, title, topic, word} = await remarkable(t);
      const other = await t.community.topic(author, {title: `How the ${word} sleeps in a box in winter`, texts: [`Under leaves, says the ${word} book.`]});
      await findable(t, word, other);
      const visitor = await t.visitor({as: author});
      await visitor.open('/new');
      await visitor.fill('Title', `Does the ${word} sleep in winter`);
      const similar = visitor.page.getByRole('region', {name: 'Similar topics'});
      const offered = visitor.page.locator('summary', {hasText: /^\d+ similar topics?/});
      await visitor.sees(offered);
      assert.deepEqual(await visitor.page.evaluate(() => window.shifts), [], 'nothing moves when they come');
      await offered.focus();
      await visitor.page.keyboard.press('Enter');
      await visitor.sees(similar.getByRole('link', {name: new RegExp(title)}));
      await visitor.fits();
      t.step('at the end');
      await visitor.open(topic.path);
      await visitor.page.mouse.wheel(0, 4000);
      await visitor.sees(similar.getByRole('link', {name: /^How the/}));
      await visitor.fits();
    },
  },
  {
    name: 'an administrator builds the index anew',
    windows: everywhere,
    async run(t) {
      const {title, word} = await remarkable(t);
      const visitor = await t.visitor({as: t.community.admin});
      await visitor.open('/admin');
      await visitor.link('Search', visitor.page.getByRole('navigation', {name: 'Administration'})).click();
      await visitor.arrives(/^\/admin\/search/);
      await visitor.sees('What people look for');
      await visitor.fits();
      await visitor.press('Build it anew');
      if (visitor.window.script) await visitor.sees(/^The index is (built\.|being built)/);
      else await visitor.arrives(/^\/admin\/search$/);
      for (let i = 0; i < 50 && !(await visitor.page.getByText('In use', {exact: true}).count()); ++i) {
        await sleep(200);
        if (!visitor.window.script) await visitor.reload();
      }
      await visitor.sees('because somebody asked for it');
      await visitor.open(`/search?q=${word}`);
      await visitor.sees(visitor.link(title));
    },
  },
  {
    name: 'nobody else sees how the index is',
    windows: plain,
    async run(t) {
      const visitor = await t.visitor({as: await t.community.person('quill')});
      assert.equal((await visitor.open('/admin/search')).status(), 403);
    },
  },
];
