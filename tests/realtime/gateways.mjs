// SPDX-License-Identifier: Apache-2.0
// What is only there between processes: several gateways.
import {strict as assert} from 'node:assert';

export const gateways = {
  async 'who reads at one gateway is seen at another'(world) {
    const [here, there] = world.site.all('gateway');
    const topic = await world.topic('Read at two gateways');
    const channel = `presence:${topic.id}`;
    const guest = await world.listener([channel], {url: here.url});
    const olga = await world.listener([channel], {url: there.url, by: world.olga});
    const seen = (fits) => guest.next((it) => it.kind === 'presence' && fits(it));
    await seen((it) => it.count === 1 && it.guests === 1 && it.users[0].username === 'olga');
    olga.say({typing: topic.id});
    await seen((it) => it.typing.includes(world.olga.id));
    olga.end();
    await seen((it) => it.count === 0 && it.guests === 1);
  },

  async 'a position of one gateway is none of another'(world) {
    const [here, there] = world.site.all('gateway');
    const topic = await world.topic('Resumed elsewhere');
    const first = await world.listener([`topic:${topic.id}`], {url: here.url});
    await world.post(topic, 'Heard at both.');
    await first.event('post.created');
    const second = await world.listener([`topic:${topic.id}`], {url: there.url, after: first.position});
    assert.deepEqual((await second.next((it) => it.type === 'reset')).channels, [`topic:${topic.id}`]);
  },
};
