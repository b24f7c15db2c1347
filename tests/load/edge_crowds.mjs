// SPDX-License-Identifier: Apache-2.0
// The numbers of the edge under crowds: many live connections, slow clients, too many requests, all at once for one page.
import {Forium} from '../harness/forium.mjs';
import {freePort, pause} from '../harness/program.mjs';
import {client, lasting} from './clients.mjs';
import {pathOf, QUIET, ROUNDS, round, typicalTopic} from './corpus.mjs';
import {median, residentMb} from './tools.mjs';

const portOf = (forium) => new URL(forium.url).port;
const many = (count, scale) => Math.max(10, Math.round(count * scale));

async function withForium({data}, flags, body, wrapper = []) {
  const forium = await Forium.start({data, wrapper, flags: [...QUIET, ...flags]});
  try {
    return await body(forium);
  } finally {
    await forium.stop();
  }
}

export async function measureLive(bench) {
  const {record, scale, seconds} = bench;
  const wanted = many(18_000, scale);
  const hold = Math.round(seconds * 12);
  await withForium(bench, ['--max-connections', '19500'], async (forium) => {
    // What the first connections of all cost once is not theirs.
    const first = lasting('live', {port: portOf(forium), connections: 20, seconds: 0});
    await first.line();
    await first.stop();
    const before = residentMb(forium.pid);
    const crowd = lasting('live', {port: portOf(forium), connections: wanted, seconds: hold});
    const {open, refused} = await crowd.line();
    const {dropped, pings} = await crowd.line();
    const each = ((residentMb(forium.pid) - before) * 1024) / open;
    await crowd.stop();
    record({name: `live connections held for ${hold} s`, value: open, unit: '', bound: `>= ${wanted.toLocaleString('en')}`,
      ok: open >= wanted, peer: `${refused} refused, ${pings} pings answered`});
    record({name: 'of them dropped', value: dropped, unit: '', bound: '0', ok: dropped === 0});
    record({name: 'resident memory each', value: round(each, 2), unit: 'kB', bound: '<= 12 kB', ok: each <= 12});
  });
}

export async function measureBroadcast(bench) {
  const {record, scale, seconds} = bench;
  const listeners = many(10_000, scale);
  const posts = 10;
  await withForium(bench, ['--max-connections', '19500'], async (forium) => {
    const speaker = await forium.account('speaker', {admin: true});
    const topic = await typicalTopic(forium);
    const crowd = lasting('live', {port: portOf(forium), connections: listeners, subscribe: `topic:${topic.id}`,
      seconds: 60 + seconds, post: `/api/v1/topics/${topic.id}/posts`, token: speaker.token, posts, pause: 1});
    const {open} = await crowd.line();
    const heard = await crowd.line();
    await crowd.stop();
    record({name: `a post to ${open.toLocaleString('en')} listeners, p99 of ${heard.posts} posts`, value: round(heard.p99), unit: 'ms',
      bound: '<= 150 ms', ok: open === listeners && heard.p99 <= 150 && heard.missed === 0 && heard.posts === posts,
      peer: `p50 ${round(heard.p50)} ms, most ${round(heard.most)} ms, ${heard.missed} not told`});
  });
}

export async function measureSlowClients(bench) {
  const {record, scale, seconds} = bench;
  const slow = many(5_000, scale);
  await withForium(bench, [], async (forium) => {
    const path = pathOf(await typicalTopic(forium));
    const read = async () => (await client('reads',
      {port: portOf(forium), path, connections: 32, rate: 500, seconds, encoding: 'br'})).guests;
    await read();
    const without = [];
    const beside = [];
    let ended = 0;
    for (let i = 0; i < ROUNDS; ++i) {
      without.push(await read());
      const crowd = lasting('slow_headers', {port: portOf(forium), connections: slow, every: 2});
      await crowd.line();
      beside.push(await read());
      crowd.end();
      ended += (await crowd.line()).closed;
    }
    const p95 = (all) => median(all.map((it) => it.p95));
    const ratio = p95(beside) / p95(without);
    const whole = [...without, ...beside].every((it) => it.good === it.sent && it.sent >= 0.99 * it.offered);
    record({name: `p95 of 32 readers beside ${slow.toLocaleString('en')} slow clients`, value: round(ratio, 2), unit: '× without',
      bound: '<= 2 × without', ok: ratio <= 2 && whole,
      peer: `${round(p95(without), 2)} ms without, ${round(p95(beside), 2)} ms beside them, ${ended} of them were ended`});
  });
}

// What the server may hold more under overload than before it: connections, queue, answers under way.
const MOST_GROWTH = 64;

export async function measureOverload(bench) {
  const {record, seconds, scale} = bench;
  await withForium(bench, ['--no-page-cache'], async (forium) => {
    const reader = await forium.account('reader');
    const path = pathOf(await typicalTopic(forium));
    const port = portOf(forium);
    const load = (options) => client('reads', {port, path, ...options}, {core: 1});
    await load({connections: 32, seconds: 2 * scale});
    const closed = [];
    for (let i = 0; i < ROUNDS; ++i) {
      const {guests, seconds: took} = await load({connections: 32, seconds});
      closed.push(guests.good / took);
    }
    const capacity = median(closed);
    const before = residentMb(forium.pid);
    const goodputs = [];
    const waits = [];
    let last;
    let peak = before;
    for (let i = 0; i < ROUNDS; ++i) {
      await pause(3_000);  // the crowd of the round before is forgotten
      const under = load({connections: many(4_000, scale), rate: Math.round(10 * capacity), members: 16, member_rate: 40,
        token: reader.token, seconds: 2 * seconds});  // the crowd has to come first
      const watch = setInterval(() => {
        peak = Math.max(peak, residentMb(forium.pid));
      }, 100);
      last = await under;
      clearInterval(watch);
      goodputs.push((last.guests.good + last.members.good) / last.seconds);
      waits.push(last.members);
    }
    const share = median(goodputs) / capacity;
    record({name: '10 × overload, goodput', value: round(share * 100), unit: '% of capacity', bound: '>= 90 % of capacity', ok: share >= 0.9,
      peer: `capacity ${round(capacity)}/s, offered ${round(last.guests.offered / last.seconds)}/s, ` +
        `sent ${round(last.guests.sent / last.seconds)}/s, good ${round(median(goodputs))}/s, ` +
        `shed ${round(last.guests.shed / last.seconds)}/s`});
    const p95 = median(waits.map((it) => it.p95));
    const served = waits.every((it) => it.offered - it.sent + it.shed + it.bad <= 0.05 * it.offered);
    record({name: '10 × overload, a member\'s page, p95', value: round(p95), unit: 'ms', bound: '<= 200 ms', ok: p95 <= 200 && served,
      peer: `${waits.map((it) => `${it.good} of ${it.offered}`).join(', ')} were served`});
    record({name: '10 × overload, memory beyond that before', value: round(peak - before), unit: 'MB', bound: `<= ${MOST_GROWTH} MB`,
      ok: peak - before <= MOST_GROWTH});
  }, ['taskset', '-c', '0']);
}

export async function measureStampede(bench) {
  const {record, scale} = bench;
  const admin = await freePort();
  const crowd = many(1_000, scale);
  await withForium(bench, ['--admin-listen', `127.0.0.1:${admin}`], async (forium) => {
    const renders = async () => {
      const text = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
      return Number(/^forium_gateway_render_seconds_count(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0);
    };
    const {topics} = await forium.ok('GET', '/api/v1/topics?page_size=10');
    await fetch(forium.url + '/latest');  // the machines run warm on another page
    await pause(200);
    const before = await renders();
    const {guests} = await client('reads',
      {port: portOf(forium), path: pathOf(topics[0]), connections: crowd, burst: 1, seconds: 30, encoding: 'br'});
    const made = (await renders()) - before;
    record({name: `cold page asked for ${crowd.toLocaleString('en')} times at once, renders`, value: made, unit: '', bound: '<= 1',
      ok: made === 1 && guests.good === crowd, peer: `${guests.good} served, the last after ${round(guests.p99)} ms (p99)`});
  });
}
