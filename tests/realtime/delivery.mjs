// SPDX-License-Identifier: Apache-2.0
// What is heard late, in which order, and what becomes of those who do not keep up.
import {strict as assert} from 'node:assert';

import {pause, until} from '../harness/program.mjs';
import {type} from './world.mjs';

const posts = (socket) => socket.messages.filter((it) => it.kind === 'post.created');

export const delivery = {
  async 'who comes back hears what he missed, once and in order'(world) {
    const topic = await world.topic('Missed for a while');
    const first = await world.listener([`topic:${topic.id}`]);
    await world.post(topic, 'Number two.');
    // The topic's first post may still be told before it.
    await first.next((it) => it.kind === 'post.created' && it.number === 2);
    const {position} = first;
    first.end();
    const ids = [];
    for (const raw of ['Number three.', 'Number four.', 'Number five.']) {
      ids.push((await world.post(topic, raw)).id);
      await pause(120);  // each an event of its own
    }
    const again = await world.listener([`topic:${topic.id}`], {after: position});
    await again.next((it) => it.kind === 'post.created' && it.number === 5);
    await world.post(topic, 'Number six.');
    await again.next((it) => it.kind === 'post.created' && it.number === 6);
    assert.deepEqual(posts(again).map((it) => it.number), [3, 4, 5, 6]);
    assert.ok(again.messages.findIndex(type('subscribed')) < again.messages.indexOf(posts(again)[0]));
    assert.ok(!again.messages.some(type('reset')));
    const numbers = posts(again).map((it) => Number(it.position.split('-')[1]));
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  },

  async 'a position of another server or of nowhere means reset'(world) {
    const topic = await world.topic('Reset');
    for (const after of ['zzzzz-1', 'nonsense', '-']) {
      const socket = await world.listener([`topic:${topic.id}`], {after});
      assert.deepEqual((await socket.next(type('reset'))).channels, [`topic:${topic.id}`]);
    }
  },

  async 'a burst of posts is told as one'(world) {
    const topic = await world.topic('Busy');
    const socket = await world.listener([`topic:${topic.id}`]);
    await Promise.all(Array.from({length: 60}, (_, i) => world.post(topic, `Post ${i} of a burst.`)));
    await until('all is told', () => socket.messages.some(type('reset')) || posts(socket).length === 60, 5);
  },

  async 'an event stream tells the same, and resumes'(world) {
    const topic = await world.topic('By event stream');
    const stream = await world.stream([`topic:${topic.id}`, 'list']);
    assert.equal(stream.type, 'text/event-stream');
    await stream.next(type('subscribed'));
    await world.post(topic, 'Streamed.');
    const told = await stream.next((it) => it.kind === 'post.created');
    await stream.next((it) => it.kind === 'topic.bumped' && it.channel === 'list');
    assert.ok(stream.id.length > 2 && told.position.length > 2);
    await until('a comment keeps it alive', () => stream.comments > 0, 5);
    stream.end();
    await world.post(topic, 'Missed.');
    const again = await world.stream([`topic:${topic.id}`], {lastEventId: stream.id});
    const missed = await again.next((it) => it.kind === 'post.created');
    assert.match(missed.post.html, /Missed/);
  },

  async 'an event stream of nothing, or of somebody\'s own without a session, is refused'(world) {
    await assert.rejects(world.stream([]), {status: 400});
    await assert.rejects(world.stream(['nonsense']), {status: 400});
    await assert.rejects(world.stream(['user']), {status: 401});
  },

  async 'who reads too slowly is sent away, and nobody waits for him'(world) {
    const topic = await world.topic('Too fast for some');
    const slow = await world.listener([`topic:${topic.id}`], {answerPings: true});
    const quick = await world.listener([`topic:${topic.id}`]);
    slow.pause();
    const alive = setInterval(() => slow.raw(10), 200);  // not deaf, only slow
    const before = await counter(world, 'slow');
    const text = 'What is long fills the buffers on the way. '.repeat(1400);
    for (let i = 0; i < 400 && await counter(world, 'slow') === before; ++i) await world.post(topic, text);
    clearInterval(alive);
    assert.equal(await counter(world, 'slow'), before + 1);
    slow.resume();
    assert.ok([4000, 0].includes(await slow.closed(8)));
    const last = await world.post(topic, 'The quick one is still here.');
    await quick.next((it) => it.postId === last.id);
  },

  async 'who does not answer pings is sent away'(world) {
    const deaf = await world.socket({answerPings: false});
    const well = await world.socket();
    assert.equal(await deaf.closed(8), 4002);
    assert.equal(well.code, undefined);
    assert.ok(well.pings > 0);
  },
};

async function counter(world, name) {
  const line = (await world.metrics()).split('\n').find((it) => it.startsWith(`forium_gateway_realtime_${name}_total `));
  return Number(line.split(' ')[1]);
}
