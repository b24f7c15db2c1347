// SPDX-License-Identifier: Apache-2.0
// Sends a step's request over a socket of its own, byte by byte as written, and compares the answer.
import {connect} from 'node:net';

import {fill} from './claim.mjs';

const PATIENCE_MS = 20_000;

export async function perform(url, step, variables, tokens) {
  const {hostname, port} = new URL(url);
  const bytes = step.raw ? rawBytes(fill(step.request, variables))
    : requestBytes(fill(step.request, variables), `${hostname}:${port}`, tokens[step.as]);
  let answer;
  for (let i = 0; i < step.repeat; ++i) answer = await exchange(hostname, Number(port), bytes);
  return answer;
}

/** Exactly what stands there, with `\r`, `\n`, `\0`, `\xNN` and `\\` for bytes; line ends of the file do not count. */
function rawBytes(text) {
  const joined = text.replaceAll('\n', '');
  const escapes = {r: '\r', n: '\n', 0: '\0', t: '\t', '\\': '\\'};
  return Buffer.from(joined.replace(/\\(x[0-9a-f]{2}|[rn0t\\])/gi, (_, code) =>
    code[0] === 'x' ? String.fromCharCode(parseInt(code.slice(1), 16)) : escapes[code]), 'latin1');
}

function requestBytes(text, host, token) {
  const [head, ...rest] = text.split('\n\n');
  const body = Buffer.from(rest.join('\n\n').replace(/\n$/, ''));
  const lines = head.trimEnd().split('\n');
  const has = (name) => lines.some((line) => line.toLowerCase().startsWith(`${name}:`));
  lines[0] += ' HTTP/1.1';
  if (!has('host')) lines.splice(1, 0, `Host: ${host}`);
  if (!has('connection')) lines.push('Connection: close');
  if (token) lines.push(`Authorization: Bearer ${token}`);
  if (rest.length > 0 && !has('content-length')) lines.push(`Content-Length: ${body.length}`);
  if (rest.length > 0 && !has('content-type')) lines.push('Content-Type: application/json');
  return Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n'), body]);
}

function exchange(host, port, bytes) {
  return new Promise((done, failed) => {
    const chunks = [];
    const socket = connect(port, host, () => socket.write(bytes));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
    });
    socket.on('error', (error) => (chunks.length > 0 ? done(parseAnswer(Buffer.concat(chunks))) : failed(error)));
    socket.on('end', () => done(parseAnswer(Buffer.concat(chunks))));
  });
}

function parseAnswer(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1').split('\r\n');
  const headers = {};
  for (const line of lines) {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name) headers[name.toLowerCase()] = headers[name.toLowerCase()] ? `${headers[name.toLowerCase()]}, ${value}` : value;
  }
  let body = bytes.subarray(end < 0 ? bytes.length : end + 4);
  if (headers['transfer-encoding'] === 'chunked') body = unchunk(body);
  const text = body.toString('utf8');
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return {status: Number(first.split(' ')[1] ?? 0), headers, text, json};
}

function unchunk(bytes) {
  const parts = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? 0 : parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/**
 * A line of an expectation is one of
 *   201                          the status, or several that will do: 200|304
 *   Header-Name: text            a header that is exactly that;  Header-Name ~ /pattern/;  Header-Name absent
 *   json.path.0.x = value        a member of the JSON answer;    json.path ~ /pattern/;    json.path absent;
 *   json.path.length = 3
 *   body ~ /pattern/   body !~ /pattern/   body empty
 *   set name = json.path         keeps a value for later steps
 */
export function check(step, answer, variables) {
  const wrong = (line, saw) => {
    throw new Error(`line ${step.line}: expected \`${line}\`, saw ${saw}\n` +
      `status ${answer.status}, body ${answer.text.slice(0, 400)}`);
  };
  for (const raw of step.expected) {
    const line = fill(raw, variables).trim();
    let match;
    if ((match = /^\d{3}(\|\d{3})*$/.exec(line))) {
      if (!line.split('|').includes(String(answer.status))) wrong(line, answer.status);
    } else if ((match = /^set (\w+) = (json\S*|header\.\S+)$/.exec(line))) {
      variables[match[1]] = valueAt(answer, match[2]);
      if (variables[match[1]] === undefined) wrong(line, 'nothing');
    } else if ((match = /^body empty$/.exec(line))) {
      if (answer.text !== '') wrong(line, 'a body');
    } else if ((match = /^(\S+) absent$/.exec(line))) {
      const value = subject(answer, match[1]);
      if (value !== undefined) wrong(line, JSON.stringify(value));
    } else if ((match = /^(\S+) (!?~) \/(.*)\/([a-z]*)$/.exec(line))) {
      const value = subject(answer, match[1]);
      const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
      if (new RegExp(match[3], match[4]).test(text) !== (match[2] === '~')) wrong(line, text.slice(0, 300));
    } else if ((match = /^(json\S*) (=|<=|>=) (.*)$/.exec(line))) {
      const value = subject(answer, match[1]);
      const saw = typeof value === 'string' ? value : JSON.stringify(value);
      const holds = {'=': () => saw === match[3], '<=': () => value <= Number(match[3]),
        '>=': () => value >= Number(match[3])}[match[2]]();
      if (!holds) wrong(line, saw);
    } else if ((match = /^([\w-]+) <= (\d+)$/.exec(line))) {
      const value = answer.headers[match[1].toLowerCase()];
      if (value === undefined || Number(value) > Number(match[2])) wrong(line, value);
    } else if ((match = /^([\w-]+): (.*)$/.exec(line))) {
      const value = answer.headers[match[1].toLowerCase()];
      if (value !== match[2]) wrong(line, value);
    } else {
      throw new Error(`line ${step.line}: \`${line}\` is no expectation`);
    }
  }
}

function subject(answer, name) {
  if (name === 'body') return answer.text;
  if (name === 'json' || name.startsWith('json.')) return valueAt(answer, name);
  return answer.headers[name.toLowerCase()];
}

function valueAt(answer, path) {
  if (path.startsWith('header.')) return answer.headers[path.slice(7).toLowerCase()];
  let value = answer.json;
  for (const key of path.split('.').slice(1)) value = value?.[key];
  return value;
}
