// SPDX-License-Identifier: Apache-2.0
// The community as a suite: gateways, auths, forums and searches as processes of their own, on a real PostgreSQL and a real NATS,
// found by each other through the control planes in the gateways.
import {rmSync} from 'node:fs';
import {join} from 'node:path';

import {certificates} from './certificates.mjs';
import {ROOT, temporaryFolder} from './forium.mjs';
import {Nats} from './nats.mjs';
import {Postgres} from './postgres.mjs';
import {freePort, Program, until} from './program.mjs';
import {ENVIRONMENT, Site} from './site.mjs';

export const BINARIES = process.env.FORIUM_BINARIES ?? join(ROOT, 'bazel-bin');
const PROGRAMS = {
  gateway: join(BINARIES, 'gateway/gateway'),
  auth: join(BINARIES, 'services/auth/auth'),
  forum: join(BINARIES, 'services/forum/forum'),
  search: join(BINARIES, 'services/search/search'),
};
const SERVICE_SECRET = 'of the suite under test';
const flagsOf = (settings) => Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
const QUIET = ['--log-level', 'warning', '--drain-timeout', '5s'];

/** One process of the suite, with its admin port. */
class Part extends Program {
  constructor(kind, number, args, options) {
    super(`${kind} ${number}`, PROGRAMS[kind], args, options);
    this.kind = kind;
  }

  get admin() {
    return `http://127.0.0.1:${this.adminPort}`;
  }

  async ready() {
    try {
      return (await fetch(`${this.admin}/readyz`)).status === 200;
    } catch {
      return false;
    }
  }

  async serve(seconds) {
    await this.start(() => this.ready(), seconds);
    return this;
  }

  async metrics() {
    return (await fetch(`${this.admin}/metrics`)).text();
  }
}

export class Suite extends Site {
  /**
   * Starts everything and waits until all of it is ready. `flags` go to the gateways; numbers say how many of each.
   * @param {{gateways?: number, auths?: number, forums?: number, searches?: number, flags?: string[], serviceFlags?: string[],
   *   zones?: string[], prepare?: (dsn: string) => void, tls?: boolean}} options `prepare` fills the database before anybody uses it
   */
  static async start({gateways = 1, auths = 1, forums = 1, searches = 1, flags = [], serviceFlags = [], zones = [], prepare, tls = false} = {}) {
    const suite = new Suite();
    suite.folder = temporaryFolder('forium-suite');
    suite.parts = [];
    try {
      // Each is kept as soon as it runs, so that it is stopped when the other does not start.
      const started = await Promise.allSettled([
        Postgres.start().then((postgres) => (suite.postgres = postgres)), Nats.start().then((nats) => (suite.nats = nats))]);
      for (const {reason} of started) if (reason) throw reason;
      suite.dsn = await suite.postgres.database('community');
      prepare?.(suite.dsn);
      if (tls) suite.tls = flagsOf(certificates(['gateway', 'auth', 'forum', 'search']));
      const began = performance.now();
      const counts = [['gateway', gateways], ['auth', auths], ['forum', forums], ['search', searches]];
      for (const [kind, count] of counts) {
        for (let i = 0; i < count; ++i) suite.parts.push(await suite.#part(kind, i, {flags, serviceFlags, zone: zones[i]}));
      }
      for (const gateway of suite.all('gateway')) suite.controls = [...(suite.controls ?? []), gateway.control];
      for (const part of suite.parts) {
        if (part.kind !== 'gateway') part.args.push('--gateways', suite.controls.join(','));
      }
      await Promise.all(suite.parts.map((part) => part.serve(60)));
      suite.readyMs = performance.now() - began;
      suite.url = suite.all('gateway')[0].url;
      return suite;
    } catch (error) {
      await suite.stop();
      throw error;
    }
  }

  async #part(kind, number, {flags, serviceFlags, zone}) {
    const port = await freePort();
    const adminPort = await freePort();
    const args = ['--listen', `127.0.0.1:${port}`, '--admin-listen', `127.0.0.1:${adminPort}`,
      '--nats-url', this.nats.url, ...(this.tls ?? []), ...QUIET, ...(zone ? ['--zone', zone] : [])];
    let control;
    if (kind === 'gateway') {
      control = `127.0.0.1:${await freePort()}`;
      args.push('--control-listen', control, ...flags);
    } else {
      args.push('--database-dsn', this.dsn, ...serviceFlags);
      if (kind !== 'forum') args.push('--service-secret', SERVICE_SECRET);
      if (kind === 'search') args.push('--data', join(this.folder, `search-${number}`));
      if (kind === 'auth' && flags.includes('--no-rate-limit')) args.push('--no-rate-limit');
    }
    const part = new Part(kind, number, args,
      {env: ENVIRONMENT, onOutput: (text) => (this.output = (this.output + text).slice(-400_000))});
    return Object.assign(part, {port, adminPort, control, url: `http://127.0.0.1:${port}`});
  }

  all(kind) {
    return this.parts.filter((part) => part.kind === kind);
  }

  /** The first administrator through the one-time link, everybody else by registration; with a token. */
  async account(username, {admin = false} = {}) {
    const password = `password of ${username}`;
    const body = {username, email: `${username}@example.org`, password};
    if (!admin) {
      const session = await this.ok('POST', '/api/v1/users', {body});
      return {username, password, token: session.token, id: session.userId};
    }
    await this.setupUrl();
    // Each auth that starts makes one, which voids the one before; they do not print in that order.
    for (const [, token] of this.output.matchAll(/\/setup\/(\S+)/g)) {
      const {status, json} = await this.api('POST', `/api/v1/links/${token}`, {body});
      if (status < 300) return {username, password, token: json.token, id: json.userId};
    }
    throw new Error(`no set-up link is valid in:\n${this.output}`);
  }

  /** Waits until the gateway answers pages. */
  async serving(seconds = 30) {
    await until('the gateway serves', async () => (await this.api('GET', '/api/v1/categories')).status === 200, seconds);
  }

  async stop() {
    await Promise.all((this.parts ?? []).map((part) => part.stop()));
    await this.nats?.stop();
    await this.postgres?.stop();
    rmSync(this.folder, {recursive: true, force: true});
  }
}
