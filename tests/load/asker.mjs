// SPDX-License-Identifier: Apache-2.0
// Asks a list of paths over a few connections that stay open, and remembers how long each took.
import {Agent, request} from 'node:http';

import {pause} from '../harness/program.mjs';
import {percentile} from './tools.mjs';

const PATIENCE_MS = 30_000;

/**
 * `atOnce` at a time, each as soon as one before it is answered; or begun `rate` times a second, whatever is under way.
 * @param {{atOnce?: number, rate?: number, until?: Promise<void>}} options with `until` the list is begun anew until it settles
 */
export async function ask(base, paths, {atOnce = 8, rate = 0, until} = {}) {
  const agent = new Agent({keepAlive: true, maxSockets: rate ? 64 : atOnce});
  const answers = [];
  let over = false;
  until?.finally(() => (over = true)).catch(() => {});
  let next = 0;
  const more = () => (until ? !over : next < paths.length);
  const one = async () => {
    const path = paths[next++ % paths.length];
    answers.push({path, ...await timed(base + path, agent)});
  };
  const began = performance.now();
  if (rate) {
    const running = [];
    for (let i = 0; more(); ++i) {
      const wait = began + (i * 1000) / rate - performance.now();
      if (wait > 0) await pause(wait);
      running.push(one());
    }
    await Promise.all(running);
  } else {
    await Promise.all(Array.from({length: atOnce}, async () => {
      while (more()) await one();
    }));
  }
  agent.destroy();
  return summary(answers, (performance.now() - began) / 1000);
}

function summary(answers, seconds) {
  const times = answers.map(({ms}) => ms);
  const failed = answers.filter(({status}) => status !== 200);
  return {answers, failed: failed.length, failure: failed[0], rate: answers.length / seconds,
    p50: percentile(times, 50), p95: percentile(times, 95), p99: percentile(times, 99)};
}

function timed(url, agent) {
  const began = performance.now();
  return new Promise((done) => {
    const end = (status, text) => done({status, text, ms: performance.now() - began});
    request(url, {agent, timeout: PATIENCE_MS}, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => end(answer.statusCode, answer.statusCode === 200 ? '' : Buffer.concat(chunks).toString().slice(0, 300)));
    }).on('error', (error) => end(0, error.code ?? error.message)).on('timeout', function () {
      this.destroy();
    }).end();
  });
}
