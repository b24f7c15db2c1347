// SPDX-License-Identifier: Apache-2.0
// A real NATS server with JetStream in a temporary folder.
import {mkdtempSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {freePort, Program} from './program.mjs';

const BINARY = '/usr/sbin/nats-server';

export class Nats {
  static async start() {
    const nats = new Nats();
    nats.folder = mkdtempSync(join(tmpdir(), 'forium-nats-'));
    nats.port = await freePort();
    nats.url = `nats://127.0.0.1:${nats.port}`;
    nats.program = new Program('nats-server', BINARY,
      ['-a', '127.0.0.1', '-p', String(nats.port), '-js', '-sd', nats.folder]);
    await nats.resume();
    return nats;
  }

  /** Starts it (again) on the same port with what it had kept. */
  resume() {
    return this.program.start(() => new Promise((done) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.on('error', () => done(false));
      // It speaks first.
      socket.on('data', () => {
        socket.destroy();
        done(true);
      });
    }));
  }

  forget() {
    rmSync(join(this.folder, 'jetstream'), {recursive: true, force: true});
  }

  async stop() {
    await this.program.stop();
    rmSync(this.folder, {recursive: true, force: true});
  }
}
