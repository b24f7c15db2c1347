// SPDX-License-Identifier: Apache-2.0
// The numbers of the edge, with the imported corpus. What is compared with nginx and Caddy comes first: pages and handshakes
// over TLS, in turns. With fewer than five seconds all crowds are smaller in proportion: that shows only that it works.
import {execFile} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {command, CORPUS, Forium, temporaryFolder} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';
import {client} from './clients.mjs';
import {body, pathOf, QUIET, ROUNDS, round, typicalTopic} from './corpus.mjs';
import {measureBroadcast, measureLive, measureOverload, measureSlowClients, measureStampede} from './edge_crowds.mjs';
import {tlsCaddy, tlsNginx} from './peers.mjs';
import {have, median, wrk} from './tools.mjs';

const run = promisify(execFile);
const PARTS = {tls: measureTls, live: measureLive, broadcast: measureBroadcast, slow: measureSlowClients,
  overload: measureOverload, stampede: measureStampede};

export async function measureEdge({record, seconds, only}) {
  const archive = join(CORPUS, 'urho3d-discourse-topics.jsonl.xz');
  if (!have(archive)) throw new Error(`the corpus is missing: ${archive}`);
  const folder = temporaryFolder('forium-bench-edge');
  const data = join(folder, 'data');
  const bench = {record, seconds, folder, data, scale: Math.min(1, seconds / 5)};
  try {
    command(['import', 'discourse', '--data', data, '--categories', join(CORPUS, 'categories.json'), archive]);
    for (const [name, measure] of Object.entries(PARTS)) {
      if (!name.includes(only)) continue;
      console.error(`${name}:`);
      await measure(bench);
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Requests a second over HTTP/2 as fast as they are answered: `connections` of ten streams each. */
async function h2load(url, {connections = 16, seconds, headers}) {
  const {stdout} = await run('h2load', ['-t', '1', '-c', String(connections), '-m', '10', '-D', String(seconds),
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url], {maxBuffer: 1 << 24});
  const rate = /finished in .*?, ([\d.]+) req\/s/.exec(stdout);
  const [, good, , failed] = /status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, \d+ 5xx/.exec(stdout) ?? [];
  if (!rate || !good || failed !== '0' || !/Application protocol: h2/.test(stdout)) throw new Error(`h2load said: ${stdout}`);
  return Number(rate[1]);
}

/** Several servers in turns, so that all see the same moods of the machine; the median rate of each. */
async function inTurns(servers, measure) {
  const rates = servers.map(() => []);
  for (let i = 0; i < ROUNDS; ++i) {
    for (const [which, server] of servers.entries()) rates[which].push(await measure(server));
  }
  return rates.map(median);
}

function compare(record, name, unit, [ours, nginx, caddy], least) {
  const peer = `nginx ${round(nginx)}${unit}, Caddy ${round(caddy)}${unit}, Forium ${round(ours)}${unit}`;
  const share = ours / nginx;
  record({name, value: round(share, 2), unit: '× nginx', bound: `>= ${least} × nginx`, ok: share >= least, peer});
  return peer;
}

async function measureTls(bench) {
  const {record, seconds, folder, data} = bench;
  const certificates = join(folder, 'certificates');
  command(['cert', '--out', certificates, 'localhost', '127.0.0.1']);
  const pem = join(certificates, 'localhost.pem');
  const port = await freePort();
  const forium = await Forium.start({data, flags: [...QUIET, '--https-listen', `127.0.0.1:${port}`,
    '--certificates', certificates, '--no-https-redirect']});
  try {
    const path = pathOf(await typicalTopic(forium));
    const ours = {name: 'Forium', port, url: `https://127.0.0.1:${port}${path}`};
    for (const encoding of ['identity', 'br']) {
      const headers = {'Accept-Encoding': encoding};
      const bytes = await body(forium.url + path, headers);
      const www = join(folder, `www-${encoding}`);
      mkdirSync(www, {recursive: true});
      writeFileSync(join(www, 'page.html'), bytes);
      const servers = [ours, await tlsNginx(folder, www, pem), await tlsCaddy(folder, www, pem)];
      try {
        const load = {
          'HTTP/1.1': async ({url}) => (await wrk(url, {seconds, headers})).rate,
          'HTTP/2': ({url}) => h2load(url, {seconds, headers}),
        };
        for (const [protocol, measure] of Object.entries(load)) {
          const rates = await inTurns(servers, measure);
          const name = `cached topic page, ${protocol} over TLS 1.3, ${encoding}, ${bytes.length} B`;
          const peer = compare(record, name, '/s', rates, 0.8);
          record({name, value: round(rates[0] / rates[2], 2), unit: '× Caddy', bound: '>= 2 × Caddy',
            ok: rates[0] >= 2 * rates[2], peer});
        }
        if (encoding === 'br') await measureHandshakes(bench, servers);
      } finally {
        for (const peer of servers.slice(1)) await peer.stop();
      }
    }
  } finally {
    await forium.stop();
  }
}

async function measureHandshakes({record, seconds}, servers) {
  const rates = await inTurns(servers, async ({port, url}) => {
    const {handshakes, errors, resumed, ...took} = await client('handshakes',
      {port, host: 'localhost', path: new URL(url).pathname, threads: 4, seconds});
    if (errors > 0 || resumed > 0) throw new Error(`${url}: ${errors} handshakes failed, ${resumed} were resumed`);
    return handshakes / took.seconds;
  });
  compare(record, 'TLS 1.3 handshakes, ECDSA P-256, not resumed', '/s', rates, 0.9);
}
