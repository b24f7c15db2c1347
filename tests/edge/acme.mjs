// SPDX-License-Identifier: Apache-2.0
// Certificates that come by themselves: the program against Debian's pebble, which rejects one nonce in five.
import {strict as assert} from 'node:assert';
import {mkdirSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import tls from 'node:tls';

import {certificates} from '../harness/certificates.mjs';
import {Forium} from '../harness/forium.mjs';
import {freePort, Program, until} from '../harness/program.mjs';

/** Who signed what is shown for the host on the port; empty: nothing is shown. */
function issuerShown(port, host, options = {}) {
  return new Promise((done) => {
    const socket = tls.connect({host: '127.0.0.1', port, servername: host, rejectUnauthorized: false, ...options}, () => {
      const {issuer, subjectaltname = ''} = socket.getPeerCertificate();
      socket.destroy();
      done(subjectaltname.includes(host) ? issuer?.CN ?? '' : '');
    });
    socket.on('error', () => done(''));
  });
}

const listens = (port) => new Promise((done) => {
  const probe = connect(port, '127.0.0.1', () => {
    probe.destroy();
    done(true);
  }).on('error', () => done(false));
});

async function pebble(folder, httpPort, tlsPort) {
  const api = await freePort();
  const names = await freePort();
  const management = await freePort();
  const own = certificates(['localhost']);
  const config = join(folder, 'pebble.json');
  writeFileSync(config, JSON.stringify({pebble: {listenAddress: `127.0.0.1:${api}`, certificate: own['tls-certificate'],
    privateKey: own['tls-key'], httpPort, tlsPort}}));
  const dns = new Program('names', 'pebble-challtestsrv', ['-http01', '', '-https01', '', '-tlsalpn01', '', '-management',
    `127.0.0.1:${management}`, '-dns01', `127.0.0.1:${names}`, '-defaultIPv6', '']);
  await dns.start(() => listens(names));
  const server = new Program('pebble', 'pebble', ['-config', config, '-strict', '-dnsserver', `127.0.0.1:${names}`],
    {env: {...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20'}});
  await server.start(() => listens(api));
  return {directory: `https://localhost:${api}/dir`, trust: own['tls-ca'], async stop() {
    await server.stop();
    await dns.stop();
  }};
}

async function served(folder, flags = []) {
  const httpPort = await freePort();
  const tlsPort = await freePort();
  const authority = await pebble(folder, httpPort, tlsPort);
  const blog = join(folder, 'blog');
  mkdirSync(blog);
  writeFileSync(join(blog, 'index.html'), 'blog');
  const start = () => Forium.start({data: join(folder, 'data'), flags: ['--no-rate-limit', '--no-access-log', '--listen', `127.0.0.1:${httpPort}`,
    '--https-listen', `127.0.0.1:${tlsPort}`, '--acme', '--acme-directory', authority.directory, '--acme-ca', authority.trust,
    '--acme-hosts', 'forum.example', '--sites', `blog.example=${blog}`, ...flags]});
  return {authority, tlsPort, start};
}

export const tests = {
  async 'certificates come by themselves, for other sites when they are asked for, and are there after a start'(folder) {
    const {authority, tlsPort, start} = await served(folder);
    let forium = await start();
    await until('the host has its certificate', async () => /Pebble/.test(await issuerShown(tlsPort, 'forum.example')));
    await issuerShown(tlsPort, 'blog.example');  // asks
    await until('the other site has one', async () => /Pebble/.test(await issuerShown(tlsPort, 'blog.example')));
    await issuerShown(tlsPort, 'stranger.example');
    await forium.stop();
    await authority.stop();  // nobody is asked now
    forium = await start();
    for (const host of ['forum.example', 'blog.example']) assert.match(await issuerShown(tlsPort, host), /Pebble/);
    assert.equal(await issuerShown(tlsPort, 'stranger.example'), '');
    await forium.stop();
  },
};
