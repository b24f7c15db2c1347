// SPDX-License-Identifier: Apache-2.0
// What pages tell machines is complete by schema.org's rules, and no browser minds it.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import Ajv from 'ajv';

import {desk} from '../windows.mjs';

const rules = new Ajv({allErrors: true})
  .compile(JSON.parse(readFileSync(new URL('../structured_data.schema.json', import.meta.url), 'utf8')));

/** The structured data of the page that is open, as a browser finds it. */
async function told(visitor) {
  const blocks = await visitor.page.locator('script[type="application/ld+json"]').allTextContents();
  assert.equal(blocks.length, 1);
  const data = JSON.parse(blocks[0]);
  assert.ok(rules(data), JSON.stringify(rules.errors, null, 1));
  return data['@graph'];
}

const address = (visitor, type) =>
  visitor.page.locator(`link[rel="alternate"][type="${type}"]`).last().getAttribute('href');

export default [
  {
    name: 'discussions and solved questions pass the schema, and their links lead somewhere',
    windows: [desk],
    async run(t) {
      const author = await t.community.person('sarah');
      const other = await t.community.person('simon');
      const title = 'Is </script><script>alert(1)</script> 🦊 עברית a title?';
      const topic = await t.community.topic(author, {title, texts: ['What *is* it?', 'Mine.', '<!-- "\\" -->&lt;']});
      const answer = await t.community.reply(other, topic, 'It is one, and `x < y`.');
      const guest = await t.visitor();
      t.step('a discussion');
      await guest.open(topic.path);
      const [posting] = await told(guest);
      assert.equal(posting['@type'], 'DiscussionForumPosting');
      assert.equal(posting.headline, title);
      assert.ok(posting.comment.some(({text, author: {name}}) => text === 'It is one, and x < y.' && name === other.username));
      t.step('what the head names');
      for (const [type, start] of [['application/atom+xml', '<?xml'], ['text/markdown', '# Is']]) {
        const response = await fetch(new URL(await address(guest, type), t.community.url));
        assert.equal(response.status, 200, type);
        assert.ok((await response.text()).startsWith(start), type);
      }
      t.step('a solved question');
      await t.community.forium.ok('PUT', `/api/v1/posts/${answer.id}/accepted`, {token: author.token, body: {accepted: true}});
      await guest.open(topic.path);
      const [page] = await told(guest);
      assert.equal(page['@type'], 'QAPage');
      assert.equal(page.mainEntity.acceptedAnswer.author.name, other.username);
    },
  },
];
