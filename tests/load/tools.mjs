// SPDX-License-Identifier: Apache-2.0
// The measuring tools: wrk for rates, h2load for latencies at a fixed rate, nginx as the yardstick.
import {execFile, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import {freePort} from '../harness/program.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)];
};

/** Loads `url` as fast as it answers; requests a second, latencies in ms, errors. */
export async function wrk(url, {connections = 64, seconds = 5, headers = {}, script, args = []}) {
  const words = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s',
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    '-s', join(here, script ?? 'report.lua'), url, '--', ...args];
  const {stdout} = await run('wrk', words, {maxBuffer: 1 << 24});
  const line = /RESULT (.*)/.exec(stdout);
  if (!line) throw new Error(`wrk said: ${stdout}`);
  const [requests, duration, p50, p95, p99, errors] = line[1].split(' ').map(Number);
  return {rate: requests / (duration / 1e6), p50: p50 / 1000, p95: p95 / 1000, p99: p99 / 1000, errors};
}

/**
 * Loads `url` at `rate` requests a second over HTTP/1.1; latencies in ms. Readers know nothing of each other: a process
 * for each, since the connections of one h2load send at the same instant, and each a little faster than the one before, so
 * that who meets whom changes all the time.
 */
export async function fixedRate(url, {rate, connections = 8, seconds = 5, folder, headers = {}}) {
  const logs = Array.from({length: connections}, (_, i) => join(folder, `h2load-${i}.log`));
  for (const log of logs) rmSync(log, {force: true});  // it would be added to
  await Promise.all(logs.map((log, i) => {
    const share = (rate / connections) * (1 + 0.1 * ((i + 0.5) / connections - 0.5));
    return run('h2load', ['--h1', '-c', '1', '-t', '1', '--rps', share.toFixed(2), '-D', String(seconds), '--log-file', log,
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url], {maxBuffer: 1 << 26});
  }));
  const rows = logs.flatMap((log) => readFileSync(log, 'utf8').trim().split('\n').map((line) => line.split('\t').map(Number)));
  const good = rows.filter(([, status]) => status === 200).map(([, , micros]) => micros / 1000);
  return {p50: percentile(good, 50), p95: percentile(good, 95), p99: percentile(good, 99), count: good.length,
    errors: rows.length - good.length};
}

/** Debian's nginx with the files of `folder`, tuned for static files; stop() ends it. */
export async function nginx(folder) {
  const port = await freePort();
  const home = join(folder, 'nginx');
  mkdirSync(home, {recursive: true});
  writeFileSync(join(home, 'nginx.conf'), `
worker_processes 2;
pid ${home}/pid;
error_log ${home}/error.log;
daemon off;
user root;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000;
  default_type text/html;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server { listen 127.0.0.1:${port} reuseport; root ${folder}/www; }
}
`);
  const child = spawn('nginx', ['-c', join(home, 'nginx.conf'), '-p', home], {stdio: 'ignore'});
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; ++i) {
    try {
      await fetch(url);
      break;
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((later) => setTimeout(later, 50));
    }
  }
  return {url, stop: () => new Promise((done) => {
    child.on('exit', done);
    child.kill('SIGTERM');
  })};
}

/** Resident memory of a process in MB. */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

/** CPU that a process has used so far, in ms (ticks of 10 ms). */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const have = (path) => existsSync(path);
