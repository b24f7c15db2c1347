// SPDX-License-Identifier: Apache-2.0
// The servers that Forium is measured beside over TLS: Debian's nginx and Caddy with a file of the same bytes, the same
// certificate, two workers, keep-alive and no logs.
import {spawn} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {request} from 'node:https';
import {join} from 'node:path';

import {freePort, until} from '../harness/program.mjs';

/** `pem`: chain and key. The file is /page.html in `www`. */
export async function tlsNginx(folder, www, pem) {
  const port = await freePort();
  const home = join(folder, 'nginx-tls');
  mkdirSync(home, {recursive: true});
  writeFileSync(join(home, 'nginx.conf'), `
worker_processes 2;
pid ${home}/pid;
error_log ${home}/error.log;
daemon off;
user root;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=1000;
  types { text/html html; }
  ssl_certificate ${pem}; ssl_certificate_key ${pem};
  ssl_protocols TLSv1.3; ssl_session_cache shared:SSL:10m; ssl_buffer_size 16k;
  http2_max_concurrent_streams 128;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server { listen 127.0.0.1:${port} ssl http2 reuseport; root ${www}; }
}
`);
  return start('nginx', port, 'nginx', ['-c', join(home, 'nginx.conf'), '-p', home]);
}

export async function tlsCaddy(folder, www, pem) {
  const port = await freePort();
  const home = join(folder, 'caddy');
  mkdirSync(home, {recursive: true});
  writeFileSync(join(home, 'Caddyfile'), `
{
  admin off
  auto_https off
  log {
    output discard
  }
}
https://:${port} {
  bind 127.0.0.1
  tls ${pem} ${pem} {
    protocols tls1.3
  }
  root * ${www}
  file_server
}
`);
  return start('Caddy', port, 'caddy', ['run', '--config', join(home, 'Caddyfile'), '--adapter', 'caddyfile'],
    {XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, HOME: home});
}

async function start(name, port, program, args, env = {}) {
  const child = spawn(program, args, {stdio: ['ignore', 'ignore', 'pipe'], env: {...process.env, ...env}});
  let said = '';
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  const ended = new Promise((done) => child.on('exit', done));
  process.once('exit', () => child.kill('SIGKILL'));
  try {
    await until(`${name} serves`, () => statusOf(`https://127.0.0.1:${port}/page.html`).then((status) => status === 200), 20);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${error.message}\n${said}`);
  }
  return {name, port, url: `https://127.0.0.1:${port}/page.html`, stop: async () => {
    child.kill('SIGTERM');
    await ended;
  }};
}

function statusOf(url) {
  return new Promise((done, failed) => {
    request(url, {rejectUnauthorized: false, servername: 'localhost'}, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }).on('error', failed).end();
  });
}
