// SPDX-License-Identifier: Apache-2.0
// The community that claims about live updates count on, and connections that end with their claim.
import {EventStream} from '../harness/event_stream.mjs';
import {LiveSocket} from '../harness/socket.mjs';

export class World {
  #open = [];

  static async populate(site, metrics) {
    const world = new World();
    Object.assign(world, {site, metrics});
    world.ada = await site.account('ada', {admin: true});
    world.mona = await site.account('mona');
    world.milo = await site.account('milo');
    world.olga = await site.account('olga');
    await site.ok('PUT', `/api/v1/users/${world.mona.id}/role`, {token: world.ada.token, body: {role: 'MODERATOR_ROLE'}});
    world.open = await site.ok('POST', '/api/v1/categories',
      {token: world.ada.token, body: {name: 'Open', slug: 'open', color: '3366cc'}});
    world.staff = await site.ok('POST', '/api/v1/categories', {token: world.ada.token,
      body: {name: 'Staff', slug: 'staff', readRole: 'MODERATOR_ROLE', createRole: 'MODERATOR_ROLE'}});
    return world;
  }

  async socket(options = {}) {
    const {url = this.site.url, http2 = false, ...rest} = options;
    const socket = await (http2 ? LiveSocket.openHttp2(url, rest) : LiveSocket.open(url, rest));
    this.#open.push(socket);
    await socket.next((message) => message.type === 'welcome');
    return socket;
  }

  /** A socket that listens already. */
  async listener(channels, options = {}) {
    const socket = await this.socket({...options, token: options.by?.token});
    await socket.subscribe(channels, options.after);
    return socket;
  }

  async stream(channels, options) {
    const stream = await EventStream.open(this.site.url, channels, options);
    this.#open.push(stream);
    return stream;
  }

  leave() {
    for (const connection of this.#open.splice(0)) connection.end();
  }

  /** A topic that everybody who hears of it has heard of. */
  async topic(title, {by = this.milo, category = this.open} = {}) {
    const witness = await this.listener(['list'], {by: this.ada});
    const topic = await this.site.ok('POST', '/api/v1/topics',
      {token: by.token, body: {categoryId: category.id, title, raw: `The first post of ${title}.`}});
    await witness.next((it) => it.channel === 'list' && it.topicId === topic.id);
    witness.end();
    return topic;
  }

  post(topic, raw, by = this.milo) {
    return this.site.ok('POST', `/api/v1/topics/${topic.id}/posts`, {token: by.token, body: {raw}});
  }

  as(who, method, path, body) {
    return this.site.ok(method, `/api/v1${path}`, {token: who.token, body});
  }
}

export const type = (name) => (message) => message.type === name;
export const kind = (name) => (message) => message.kind === name;
