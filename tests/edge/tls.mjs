// SPDX-License-Identifier: Apache-2.0
// HTTPS with a certificate of `forium cert`, asked by curl.
import {strict as assert} from 'node:assert';
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

import {command, Forium} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';

function curl(...words) {
  const text = execFileSync('curl', ['--silent', '--show-error', '--include', '--max-time', '10', ...words], {encoding: 'utf8'});
  const [head, ...body] = text.split('\r\n\r\n');
  return {status: Number(/^HTTP\/\S+ (\d+)/.exec(head)[1]), head, body: body.join('\r\n\r\n')};
}

async function served(folder, flags = []) {
  const certificates = join(folder, 'certificates');
  command(['cert', '--out', certificates, 'forum.example', 'localhost', '127.0.0.1']);
  const tlsPort = await freePort();
  const forium = await Forium.start({data: join(folder, 'data'), flags: ['--no-rate-limit', '--https-listen', `127.0.0.1:${tlsPort}`,
    '--certificates', certificates, ...flags]});
  const trust = ['--cacert', join(certificates, 'authority.crt'), '--resolve', `forum.example:${tlsPort}:127.0.0.1`];
  return {forium, tlsPort, trust};
}

export const tests = {
  async 'pages come over TLS 1.3, over TLS 1.2 and not over less'(folder) {
    const {forium, tlsPort, trust} = await served(folder);
    const url = `https://forum.example:${tlsPort}/`;
    assert.equal(curl(...trust, '--tlsv1.3', url).status, 200);
    assert.equal(curl(...trust, '--tls-max', '1.2', '--http1.1', url).status, 200);
    assert.throws(() => curl(...trust, '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', url));
    await forium.stop();
  },

  async 'HTTP leads to HTTPS, for the same page'(folder) {
    const {forium, tlsPort} = await served(folder);
    const answer = curl(`${forium.url}/latest?page_token=x`);
    assert.equal(answer.status, 308);
    assert.match(answer.head, new RegExp(`Location: https://127\\.0\\.0\\.1:${tlsPort}/latest\\?page_token=x`, 'i'));
    await forium.stop();
  },

  async 'HTTP/2 is chosen by ALPN and known beforehand'(folder) {
    const {forium, tlsPort, trust} = await served(folder, ['--no-https-redirect']);
    const secure = curl(...trust, '--http2', `https://forum.example:${tlsPort}/`);
    assert.match(secure.head, /^HTTP\/2 200/);
    const plain = curl('--http2-prior-knowledge', `${forium.url}/`);
    assert.match(plain.head, /^HTTP\/2 200/);
    assert.equal(secure.body, plain.body);
    await forium.stop();
  },

  async 'browsers are told to stay with HTTPS when the outside address is'(folder) {
    const {forium, tlsPort, trust} = await served(folder, ['--public-url', 'https://forum.example']);
    assert.match(curl(...trust, `https://forum.example:${tlsPort}/`).head, /strict-transport-security: max-age=15552000/i);
    await forium.stop();
  },
};
