// SPDX-License-Identifier: Apache-2.0
// Who does not hear what.
import {strict as assert} from 'node:assert';

import {type} from './world.mjs';

/** Waits until `witness` has heard of a public topic made now: whatever was before it is told by then. */
async function settle(world, witness) {
  const marker = await world.topic('All before this is told');
  await witness.next((it) => it.channel === 'list' && it.topicId === marker.id);
}

export const secrets = {
  async 'a private topic is not found by those who may not read it'(world) {
    const topic = await world.topic('Among staff', {by: world.ada, category: world.staff});
    for (const by of [undefined, world.milo]) {
      const socket = await world.socket({token: by?.token});
      socket.say({subscribe: [`topic:${topic.id}`, `presence:${topic.id}`, `category:${world.staff.id}`, 'topic:999999']});
      for (const channel of [`topic:${topic.id}`, `presence:${topic.id}`, `category:${world.staff.id}`, 'topic:999999']) {
        const refused = await socket.next((it) => it.type === 'refused' && it.channel === channel);
        assert.equal(refused.reason, 'NOT_FOUND');
      }
    }
    const moderator = await world.listener([`topic:${topic.id}`], {by: world.mona});
    await world.post(topic, 'A secret word: xyzzy.', world.ada);
    await moderator.next((it) => it.kind === 'post.created' && /xyzzy/.test(it.post.html));
  },

  async 'lists tell of private topics only to those who may read them'(world) {
    const guest = await world.listener(['list']);
    const member = await world.listener(['list'], {by: world.milo});
    const moderator = await world.listener(['list'], {by: world.mona});
    const topic = await world.topic('Not for everybody', {by: world.ada, category: world.staff});
    await world.post(topic, 'Nor this.', world.ada);
    await moderator.next((it) => it.kind === 'topic.created' && it.topicId === topic.id);
    await settle(world, guest);
    await settle(world, member);
    for (const reader of [guest, member]) assert.ok(!reader.messages.some((it) => it.topicId === topic.id));
  },

  async 'moving a topic to a private category takes it from those who may not read it'(world) {
    const topic = await world.topic('Moved away');
    const channels = [`topic:${topic.id}`, `presence:${topic.id}`, 'list'];
    const guest = await world.listener(channels);
    const member = await world.listener(channels, {by: world.olga});
    const moderator = await world.listener(channels, {by: world.mona});
    await world.as(world.mona, 'PATCH', `/topics/${topic.id}`, {categoryId: world.staff.id});
    for (const reader of [guest, member]) {
      for (const channel of channels.slice(0, 2)) await reader.next((it) => it.type === 'revoked' && it.channel === channel);
      await reader.next((it) => it.kind === 'topic.removed' && it.channel === 'list');
    }
    const from = guest.messages.length;
    await world.post(topic, 'The word is plugh.', world.mona);
    await moderator.next((it) => it.kind === 'post.created' && /plugh/.test(it.post.html));
    await settle(world, guest);
    await settle(world, member);
    for (const reader of [guest, member]) assert.ok(!JSON.stringify(reader.messages).includes('plugh'));
    assert.ok(!guest.messages.slice(from).some((it) => it.topicId === topic.id));
  },

  async 'closing a category to the public revokes what was listened to in it'(world) {
    const category = await world.as(world.ada, 'POST', '/categories', {name: 'Soon private', slug: `soon-${Date.now()}`});
    const topic = await world.topic('In a category that closes', {category});
    const guest = await world.listener([`topic:${topic.id}`, `category:${category.id}`, 'list']);
    const moderator = await world.listener([`topic:${topic.id}`], {by: world.mona});
    await world.as(world.ada, 'PATCH', `/categories/${category.id}`, {readRole: 'MODERATOR_ROLE'});
    await guest.next((it) => it.type === 'revoked' && it.channel === `topic:${topic.id}`);
    await guest.next((it) => it.type === 'revoked' && it.channel === `category:${category.id}`);
    await world.post(topic, 'For moderators now.', world.ada);
    await moderator.next((it) => it.kind === 'post.created' && it.number === 2);
    assert.ok(!guest.messages.some((it) => it.kind === 'post.created' && it.number === 2));
    assert.ok(!guest.messages.some((it) => it.type === 'revoked' && it.channel === 'list'));
  },

  async 'a text that is hidden or deleted is told to moderators alone'(world) {
    const topic = await world.topic('With something to hide');
    const post = await world.post(topic, 'The word is zorkmid.');
    // The author is the only member here: what he may read of his own is not for his level. What is told of the post's
    // making may come later, and says how it is by then.
    const author = await world.listener([`topic:${topic.id}`], {by: world.milo});
    const moderator = await world.listener([`topic:${topic.id}`], {by: world.mona});
    await world.as(world.milo, 'DELETE', `/posts/${post.id}`);
    await author.event('post.removed');
    const told = await moderator.next((it) => it.post?.state === 'DELETED');
    assert.match(told.post.html, /zorkmid/);
    assert.ok(!author.messages.some((it) => it.post && it.post.state !== 'VISIBLE'));
  },

  async 'one person does not hear of another\'s account'(world) {
    const socket = await world.socket();
    socket.say({subscribe: ['user', `user:${world.ada.id}`]});
    assert.equal((await socket.next((it) => it.channel === 'user')).reason, 'SIGN_IN_REQUIRED');
    assert.equal((await socket.next((it) => it.channel === `user:${world.ada.id}`)).reason, 'NOT_FOUND');
  },

  async 'what was missed is not told to who lost it meanwhile'(world) {
    const topic = await world.topic('Missed and lost');
    const first = await world.listener([`topic:${topic.id}`, 'list']);
    await world.post(topic, 'Heard.');
    await first.event('post.created');
    const {position} = first;
    first.end();
    await world.post(topic, 'The word is frotz.', world.olga);
    await world.as(world.mona, 'PATCH', `/topics/${topic.id}`, {categoryId: world.staff.id});
    const moderator = await world.listener(['list'], {by: world.mona});
    const again = await world.socket();
    again.say({subscribe: [`topic:${topic.id}`, 'list'], after: position});
    assert.equal((await again.next(type('refused'))).channel, `topic:${topic.id}`);
    await again.next(type('subscribed'));
    await settle(world, again);
    await settle(world, moderator);
    assert.ok(!JSON.stringify(again.messages).includes('frotz'));
  },
};
