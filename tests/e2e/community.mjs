// SPDX-License-Identifier: Apache-2.0
// One running forum that the flows share, and what a flow needs in it: people and topics of its own, made through the API.
import {startOn} from '../harness/engines.mjs';
import {Forium} from '../harness/forium.mjs';

const FLAGS = ['--no-rate-limit', '--no-access-log'];

export class Community {
  #names = 0;

  static async start(engine) {
    const community = new Community();
    community.forium = await startOn(engine, {flags: FLAGS});
    community.url = community.forium.url;
    community.admin = await community.forium.account('ada', {admin: true});
    community.category = await community.#as(community.admin, 'POST', '/categories',
      {name: 'Garden', slug: 'garden', description: 'Beds, seeds and weather.', color: '3f9b46'});
    return community;
  }

  /** A forum that nobody has set up yet. */
  static async untouched() {
    const community = new Community();
    community.forium = await Forium.start({flags: FLAGS});
    community.url = community.forium.url;
    return community;
  }

  stop() {
    return this.forium.stop();
  }

  #as(person, method, path, body) {
    return this.forium.ok(method, `/api/v1${path}`, {token: person.token, body});
  }

  /** A new account, signed in; the name begins with `name` and is nobody else's. */
  async person(name, {role} = {}) {
    const username = `${name}${++this.#names}`;
    const password = `the password of ${username}`;
    const session = await this.forium.ok('POST', '/api/v1/users',
      {body: {username, email: `${username}@example.org`, password}});
    const person = {username, password, token: session.token, id: session.userId};
    if (role) await this.#as(this.admin, 'PUT', `/users/${person.id}/role`, {role});
    return person;
  }

  /** A one-time link, made by the administrator. */
  link(purpose, username = '') {
    return this.#as(this.admin, 'POST', '/links', {purpose, username});
  }

  newCategory(name) {
    return this.#as(this.admin, 'POST', '/categories', {name, color: '7c6bc4'});
  }

  /** A topic by `author` whose posts have these texts; with its path. */
  async topic(author, {title, texts = ['The first post.'], tags = ['soil'], category = this.category} = {}) {
    const topic = await this.#as(author, 'POST', '/topics',
      {categoryId: category.id, title: title ?? `What ${author.username} asks`, raw: texts[0], tags});
    const path = `/t/${topic.slug}/${topic.id}`;
    for (const raw of texts.slice(1)) await this.reply(author, topic, raw);
    return {...topic, path, first: topic.posts[0]};
  }

  reply(author, topic, raw) {
    return this.#as(author, 'POST', `/topics/${topic.id}/posts`, {raw});
  }

  moderate(topic, action) {
    return this.#as(this.admin, 'POST', `/topics/${topic.id}/moderation`, {action});
  }

  edit(author, post, raw, revision = 1) {
    return this.#as(author, 'PATCH', `/posts/${post.id}`, {raw, revision});
  }
}
