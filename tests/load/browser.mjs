// SPDX-License-Identifier: Apache-2.0
// What a browser transfers, shifts and complains about: Chromium, brotli, a cold cache.
import {openBrowser} from '../harness/browser.mjs';
import {median} from './tools.mjs';

const kB = (bytes) => Number((bytes / 1000).toFixed(1));

export async function measureInBrowser({record}, forium) {
  const admin = await forium.account('inspector', {admin: true});
  const {topics} = await forium.ok('GET', '/api/v1/topics?page_size=100');
  const path = (topic) => `/t/${topic.slug}/${topic.id}`;
  const longs = topics.filter((topic) => topic.postsCount >= 20).slice(0, 9);
  const typical = topics.filter((topic) => topic.postsCount === median(topics.map((it) => it.postsCount)));
  const browser = await openBrowser();
  try {
    const pages = [];
    for (const topic of longs) pages.push(await transfer(browser, forium.url + path(topic)));
    const page = pages.sort((a, b) => a.total - b.total)[Math.floor(pages.length / 2)];
    console.error(`  ${longs.length} topics of 20 posts and more: ${pages.map((it) => kB(it.total)).join(' ')} kB`);
    record({name: 'topic page of 20 posts, all transferred', value: kB(page.total), unit: 'kB', bound: '<= 40 kB',
      ok: page.total <= 40_000});
    record({name: 'of it JavaScript, without header fields', value: kB(page.script), unit: 'kB', bound: '<= 25 kB', ok: page.script <= 25_000});
    const sizes = [];
    for (const topic of typical.slice(0, 5)) {
      const it = await transfer(browser, forium.url + path(topic));
      sizes.push(it.document + it.stylesheet);
    }
    record({name: 'median topic, HTML and CSS', value: kB(median(sizes)), unit: 'kB', bound: '<= 14 kB',
      ok: median(sizes) <= 14_000});
    const calm = await withoutForeignImages(forium, longs);
    await inspectPages({record, forium, browser, admin, topic: calm, path: path(calm)});
  } finally {
    await browser.close();
  }
}

/** Bytes on the wire by type, headers included, images (icons among them) apart. */
async function transfer(browser, url) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  const types = new Map();
  const sums = {total: 0, document: 0, script: 0, stylesheet: 0};
  client.on('Network.responseReceived', ({requestId, type, response}) =>
    types.set(requestId, {type, picture: response.mimeType.startsWith('image/'), head: response.encodedDataLength}));
  client.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    const type = types.get(requestId)?.type ?? 'Other';
    if (type === 'Image' || types.get(requestId)?.picture) return;
    sums.total += encodedDataLength;
    const head = type === 'Script' ? types.get(requestId).head : 0;
    if (type.toLowerCase() in sums) sums[type.toLowerCase()] += encodedDataLength - head;
  });
  await page.goto(url, {waitUntil: 'networkidle'});
  await context.close();
  return sums;
}

/** Pictures on other hosts cannot be fetched here, and one that fails has no size: a topic that shows none. */
async function withoutForeignImages(forium, topics) {
  for (const topic of topics) {
    const {posts} = await forium.ok('GET', `/api/v1/topics/${topic.id}`);
    if (!posts.some((post) => /<img[^>]*src="http/.test(post.html))) return topic;
  }
  throw new Error('every long topic shows pictures of other hosts');
}

async function inspectPages({record, forium, browser, admin, topic, path}) {
  const paths = ['/', '/latest', '/top', '/categories', '/tags', path, `${path}/5`, `/u/${admin.username}`, '/login',
    '/signup', '/nothing-here', '/api/docs'];
  const own = ['/new-topics', '/unread', '/new', '/settings', '/admin', '/admin/users', '/admin/categories',
    '/admin/tags', path];
  const {posts} = await forium.ok('GET', `/api/v1/topics/${topic.id}`);
  own.push(`/p/${posts[0].id}/edit`, `/p/${posts[0].id}/history`);
  let shift = 0;
  const complaints = [];
  for (const [list, signedIn] of [[paths, false], [own, true]]) {
    for (const width of [390, 1280]) {
      const context = await browser.newContext({viewport: {width, height: 900}});
      if (signedIn) await context.addCookies([{name: 'forium_session', value: admin.token, url: forium.url}]);
      for (const it of list) {
        const page = await context.newPage();
        page.on('console', (message) => {
          // A browser reports a page's own status as a failed resource; that is the page's meaning, not its fault.
          if (message.type() === 'error' && !/status of 404/.test(message.text())) complaints.push(`${it}: ${message.text()}`);
        });
        page.on('pageerror', (error) => complaints.push(`${it}: ${error.message}`));
        await page.addInitScript(() => {
          window.shifted = 0;
          new PerformanceObserver((entries) => {
            for (const entry of entries.getEntries()) {
              if (entry.hadRecentInput) continue;
              window.shifted += entry.value;
              window.moved = entry.sources.map(({node}) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 80));
            }
          }).observe({type: 'layout-shift', buffered: true});
        });
        await page.goto(forium.url + it, {waitUntil: 'networkidle'});
        const shifted = await page.evaluate(() => window.shifted);
        if (shifted > 0) {
          const moved = await page.evaluate(() => window.moved);
          console.error(`  ${it} at ${width}: shift ${shifted.toFixed(4)} of ${moved.join(' | ')}`);
        }
        shift = Math.max(shift, shifted);
        await page.close();
      }
      await context.close();
    }
  }
  for (const complaint of complaints.slice(0, 20)) console.error(`  ${complaint}`);
  record({name: 'layout shift, worst page', value: Number(shift.toFixed(4)), unit: '', bound: '0', ok: shift === 0});
  record({name: 'console errors, all pages', value: complaints.length, unit: '', bound: '0', ok: complaints.length === 0});
}
