// SPDX-License-Identifier: Apache-2.0
// What each channel tells.
import {strict as assert} from 'node:assert';

import {kind} from './world.mjs';

export const channels = {
  async 'a reader of a topic hears posts, edits, likes and removals'(world) {
    const topic = await world.topic('Heard by those who read it');
    const guest = await world.listener([`topic:${topic.id}`]);
    const member = await world.listener([`topic:${topic.id}`], {by: world.olga});
    const post = await world.post(topic, 'A reply with *emphasis*.');
    for (const reader of [guest, member]) {
      const told = await reader.next((it) => it.kind === 'post.created' && it.number === 2);
      assert.equal(told.channel, `topic:${topic.id}`);
      assert.equal(told.postId, post.id);
      assert.equal(told.number, 2);
      assert.match(told.post.html, /<em>emphasis<\/em>/);
      assert.equal(told.post.author.username, 'milo');
      for (const personal of ['raw', 'liked', 'canEdit', 'canDelete']) assert.ok(!(personal in told.post), personal);
    }
    await world.as(world.olga, 'PUT', `/posts/${post.id}/reactions/like`);
    assert.deepEqual((await guest.event('post.reactions')).reactions, {likesCount: 1});
    await world.as(world.milo, 'PATCH', `/posts/${post.id}`, {raw: 'Said better.', revision: 1});
    assert.match((await guest.event('post.changed')).post.html, /Said better/);
    await world.as(world.milo, 'DELETE', `/posts/${post.id}`);
    const removed = await guest.event('post.removed');
    assert.equal(removed.postId, post.id);
    assert.ok(!('post' in removed));
    await world.as(world.milo, 'POST', `/posts/${post.id}/restore`);
    const from = guest.messages.indexOf(removed);
    await guest.event('post.changed', {from});
  },

  async 'lists tell of topics made, moved up, changed and hidden'(world) {
    const reader = await world.listener(['list', `category:${world.open.id}`]);
    const topic = await world.topic('Seen in lists');
    const made = await reader.next((it) => it.kind === 'topic.created' && it.channel === 'list');
    assert.equal(made.topic.title, 'Seen in lists');
    assert.equal(made.authors[0].username, 'milo');
    for (const personal of ['lastReadNumber', 'isNew', 'unreadCount', 'allowed', 'posts']) assert.ok(!(personal in made.topic), personal);
    await reader.next((it) => it.kind === 'topic.created' && it.channel === `category:${world.open.id}`);
    await world.post(topic, 'Moves it up.', world.olga);
    assert.equal((await reader.event('topic.bumped')).topic.postsCount, 2);
    await world.as(world.milo, 'PATCH', `/topics/${topic.id}`, {title: 'Named anew'});
    assert.equal((await reader.event('topic.changed')).topic.title, 'Named anew');
    await world.as(world.mona, 'POST', `/topics/${topic.id}/moderation`, {action: 'HIDE'});
    assert.equal((await reader.event('topic.removed')).topicId, topic.id);
  },

  async 'presence shows who reads and who types, and counts guests'(world) {
    const topic = await world.topic('Read together');
    const channel = `presence:${topic.id}`;
    const guest = await world.listener([channel]);
    const olga = await world.listener([channel], {by: world.olga});
    const there = (fits) => guest.next((it) => it.kind === 'presence' && fits(it));
    await there((it) => it.count === 1 && it.guests === 1 && it.users[0].username === 'olga');
    olga.say({typing: topic.id});
    await there((it) => it.typing.includes(world.olga.id));
    const milo = await world.listener([channel], {by: world.milo});
    assert.ok(await milo.next((it) => it.kind === 'presence' && it.count === 2));
    olga.end();
    await there((it) => it.count === 1 && it.users[0].username === 'milo' && it.typing.length === 0);
    guest.say({typing: topic.id});
    milo.say({unsubscribe: [channel]});
    await there((it) => it.count === 0 && it.typing.length === 0);
  },

  async 'a session that ends ends its connections'(world) {
    const session = await world.site.ok('POST', '/api/v1/sessions', {body: {login: 'olga', password: world.olga.password}});
    const socket = await world.socket({token: session.token});
    await socket.subscribe(['user']);
    const other = await world.listener(['user'], {by: world.olga});
    await world.as({token: session.token}, 'DELETE', '/sessions/current');
    await socket.event('session.ended');
    assert.equal(await socket.closed(), 4001);
    assert.equal(other.code, undefined);
  },

  async 'a person whose role changes comes back as what he is now'(world) {
    const paul = await world.site.account(`paul${Date.now() % 100000}`);
    const socket = await world.listener(['user'], {by: paul});
    await world.as(world.ada, 'PUT', `/users/${paul.id}/role`, {role: 'MODERATOR_ROLE'});
    await socket.next(kind('user.changed'));
    assert.equal(await socket.closed(), 4003);
  },
};
