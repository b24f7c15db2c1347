// SPDX-License-Identifier: Apache-2.0
// The WebSocket itself: opening, compression, what is malformed, limits.
import {strict as assert} from 'node:assert';
import {deflateRawSync, constants} from 'node:zlib';

import {type} from './world.mjs';

export const protocol = {
  async 'the handshake wants a browser\'s own page, and version 13'(world) {
    const {host} = new URL(world.site.url);
    await world.socket({headers: {origin: `http://${host}`}});
    await assert.rejects(world.socket({headers: {origin: 'https://elsewhere.example'}}), {status: 403});
    await assert.rejects(world.socket({headers: {'sec-websocket-version': '8'}}), {status: 426});
    await assert.rejects(world.socket({headers: {'sec-websocket-key': 'short'}}), {status: 426});
    const plain = await world.site.api('GET', '/realtime');
    assert.equal(plain.status, 426);
    assert.equal(plain.headers.get('sec-websocket-version'), '13');
  },

  async 'a token that is void opens nothing'(world) {
    await assert.rejects(world.socket({token: 'nobody'}), {status: 401});
  },

  async 'messages are deflated both ways for who asks'(world) {
    const topic = await world.topic('Deflated');
    const socket = await world.socket({deflate: true});
    assert.match(socket.headers['sec-websocket-extensions'], /^permessage-deflate; server_no_context_takeover; client_no_context_takeover/);
    const text = Buffer.from(JSON.stringify({subscribe: [`topic:${topic.id}`]}));
    const deflated = deflateRawSync(text, {finishFlush: constants.Z_SYNC_FLUSH}).subarray(0, -4);
    socket.raw(1, deflated, {deflated: true});
    await socket.next(type('subscribed'));
    await world.post(topic, 'The same words, the same words, the same words. '.repeat(20));
    await socket.event('post.created');
    assert.ok(socket.deflatedFrames > 0);
    const plain = await world.listener([`topic:${topic.id}`]);
    await world.post(topic, 'Plain for who did not ask.');
    await plain.event('post.created');
    assert.equal(plain.deflatedFrames, 0);
  },

  async 'what is malformed is answered, what is no WebSocket ends'(world) {
    const socket = await world.socket();
    for (const text of ['{', '[]', '{}', '{"subscribe": 1}', '{"typing": 5}']) {
      const from = socket.messages.length;
      socket.say(text);
      await socket.next(type('error'), {from});
    }
    const ends = async (bytes, code) => {
      const one = await world.socket();
      one.bytes(bytes);
      assert.equal(await one.closed(), code);
    };
    await ends(Buffer.from([0x81, 0x01, 0x41]), 1002);                      // not masked
    await ends(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]), 1007);          // no text
    await ends(Buffer.from([0x82, 0x81, 0, 0, 0, 0, 1]), 1003);             // binary
    await ends(Buffer.from([0x81, 0xfe, 0x50, 0x00, 0, 0, 0, 0]), 1009);    // 20 kB
    const polite = await world.socket();
    polite.raw(8, Buffer.from([3, 232]));
    assert.equal(await polite.closed(), 1000);
    const chatty = await world.socket();
    for (let i = 0; i < 500; ++i) chatty.say('{"unsubscribe": ["list"]}');
    assert.equal(await chatty.closed(), 1008);
  },

  async 'a ping of the client is answered'(world) {
    const socket = await world.socket();
    let pong;
    socket.stream.on('data', (bytes) => (pong ??= bytes.includes('are you there') ? bytes : undefined));
    socket.raw(9, 'are you there');
    for (let i = 0; i < 200 && !pong; ++i) await new Promise((later) => setTimeout(later, 10));
    assert.equal(pong[0], 0x8a);
  },

  async 'an address has so many connections and no more'(world) {
    const sockets = [];
    for (let i = 0; i < 40; ++i) sockets.push(await world.socket({localAddress: '127.0.0.9'}));
    const {LiveSocket} = await import('../harness/socket.mjs');
    const refused = await LiveSocket.open(world.site.url, {localAddress: '127.0.0.9'});
    assert.equal(await refused.closed(), 1013);
    sockets[0].end();
    await world.socket();  // from elsewhere all the while
  },

  async 'a stream of HTTP/2 carries it as well'(world) {
    const topic = await world.topic('By HTTP/2');
    const socket = await world.socket({http2: true, deflate: true});
    await socket.subscribe([`topic:${topic.id}`]);
    await world.post(topic, 'Through one stream of many.');
    await socket.event('post.created');
  },
};
