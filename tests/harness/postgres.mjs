// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server of the test's own, in a temporary folder, that keeps every promise about the disk. Can be crashed,
// paused and started again. It ends with the test, however that ends.
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {chownSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {freePort, until} from './program.mjs';

const PROGRAMS = '/usr/lib/postgresql/15/bin';
const program = (name) => join(PROGRAMS, name);

// PostgreSQL does not run as root.
function otherUser() {
  if (process.getuid() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((it) => it.startsWith(`${name}:`));
    if (!line) continue;
    const [, , uid, gid] = line.split(':').map(Number);
    return {uid, gid};
  }
  throw new Error('there is neither a user postgres nor nobody');
}

export class Postgres {
  static installed() {
    return existsSync(program('postgres')) && existsSync(program('initdb'));
  }

  /** @param {{settings?: object}} options further settings of the server, by name */
  static async start({settings = {}} = {}) {
    const postgres = new Postgres();
    postgres.user = otherUser();
    postgres.folder = mkdtempSync(join(tmpdir(), 'forium-postgres-'));
    if (postgres.user) chownSync(postgres.folder, postgres.user.uid, postgres.user.gid);
    postgres.data = join(postgres.folder, 'data');
    postgres.port = await freePort();
    postgres.settings = settings;
    postgres.#run('initdb', ['-D', postgres.data, '-U', 'forium', '--auth=trust', '--locale=C', '--encoding=UTF8',
      '--no-sync', '--no-instructions']);
    postgres.ending = () => postgres.#signal('SIGQUIT');
    process.on('exit', postgres.ending);
    await postgres.serve();
    return postgres;
  }

  /** Starts the server (again) on the same port and waits until it answers. */
  async serve() {
    const settings = {
      port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: this.folder, max_connections: 200,
      shared_buffers: '64MB', fsync: 'on', synchronous_commit: 'on', dynamic_shared_memory_type: 'mmap', ...this.settings,
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(join(this.folder, 'log'), 'a');
    // The signal comes when the test's process is gone, even if it was killed.
    const as = this.user ? ['--reuid', this.user.uid, '--regid', this.user.gid, '--clear-groups'] : [];
    this.process = spawn('setpriv',
      [...as.map(String), '--pdeathsig', 'QUIT', program('postgres'), '-D', this.data, ...words],
      {stdio: ['ignore', log, log], cwd: this.folder});
    this.exited = new Promise((done) => this.process.on('exit', (code, signal) => done({code, signal})));
    await until('PostgreSQL answers', () => spawnSync(program('pg_isready'),
      ['-q', '-h', '127.0.0.1', '-p', String(this.port)]).status === 0, 60).catch((error) => {
      throw new Error(`${error.message}\n${readFileSync(join(this.folder, 'log'), 'utf8').slice(-2000)}`);
    });
  }

  /** A new, empty database; its connection string. */
  async database(name) {
    this.sql('postgres', `CREATE DATABASE "${name}"`);
    return this.dsn(name);
  }

  dsn(database) {
    return `host=127.0.0.1 port=${this.port} user=forium dbname=${database}`;
  }

  /** Runs statements with psql; what they answer, unaligned. */
  sql(database, statements) {
    return execFileSync(program('psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1',
      '-p', String(this.port), '-U', 'forium', '-d', database, '-c', statements],
    {encoding: 'utf8', maxBuffer: 1 << 26}).trim();
  }

  /** As a crash would: nothing is written that was not. The data stay. */
  async crash() {
    this.#signal('SIGQUIT');
    return this.exited;
  }

  /** Stops all of its processes where they are; their sockets stay open. */
  pause() {
    for (const pid of this.#processes()) process.kill(pid, 'SIGSTOP');
  }

  resume() {
    for (const pid of this.#processes()) process.kill(pid, 'SIGCONT');
  }

  async stop() {
    this.#signal('SIGCONT');
    this.#signal('SIGQUIT');
    await this.exited;
    process.off('exit', this.ending);
    rmSync(this.folder, {recursive: true, force: true});
  }

  // The server, and its children: they have sessions of their own.
  #processes() {
    const server = this.process.pid;
    const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim();
    return [server, ...children.split(' ').filter(Boolean).map(Number)];
  }

  #signal(name) {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) this.process.kill(name);
  }

  #run(name, args) {
    const result = spawnSync(program(name), args, {encoding: 'utf8', cwd: this.folder, ...this.user});
    if (result.status !== 0) throw new Error(`${name}: ${result.error ?? result.stderr}`);
  }
}
