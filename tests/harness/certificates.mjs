// SPDX-License-Identifier: Apache-2.0
// An authority and one certificate for all these names and for 127.0.0.1, as the flags of a process.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export function certificates(names) {
  const folder = mkdtempSync(join(tmpdir(), 'forium-tls-'));
  process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
  const openssl = (...args) => execFileSync('openssl', args, {cwd: folder, stdio: 'ignore'});
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl(...request, '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.pem',
    '-addext', 'basicConstraints=critical,CA:TRUE');
  openssl(...request, '-subj', `/CN=${names[0]}`, '-keyout', 'key.pem', '-out', 'cert.pem', '-CA', 'ca.pem',
    '-CAkey', 'ca.key', '-addext', `subjectAltName=${names.map((it) => `DNS:${it}`).join()},IP:127.0.0.1`,
    '-addext', 'basicConstraints=critical,CA:FALSE');
  return {'tls-certificate': join(folder, 'cert.pem'), 'tls-key': join(folder, 'key.pem'), 'tls-ca': join(folder, 'ca.pem')};
}
