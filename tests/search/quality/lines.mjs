// SPDX-License-Identifier: Apache-2.0
// The lines of a text file, packed with xz or not.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';

export async function* readLines(path) {
  const xz = path.endsWith('.xz') ? spawn('xz', ['-dc', path], {stdio: ['ignore', 'pipe', 'inherit']}) : null;
  const closed = xz && once(xz, 'close');
  for await (const line of createInterface({input: xz ? xz.stdout : createReadStream(path), crlfDelay: Infinity})) {
    if (line) yield line;
  }
  if (xz && (await closed)[0] !== 0) throw new Error(`xz could not unpack ${path}.`);
}
