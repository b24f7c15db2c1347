// SPDX-License-Identifier: Apache-2.0
// What only the suite shows: a trace that crosses processes and the bus, and the metrics of its parts.
import {Suite} from '../harness/suite.mjs';
import {Collector} from './collector.mjs';
import {scraped, used} from './metrics.mjs';

const assert = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Starts the suite with a collector, writes one topic in a trace of its own, and hands on what came of it. */
export async function withSuite(run) {
  const collector = await Collector.start();
  const traced = ['--otlp-endpoint', collector.endpoint, '--trace-sample', '0'];
  const suite = await Suite.start({flags: [...traced, '--no-rate-limit'], serviceFlags: traced});
  try {
    await suite.serving();
    const account = await suite.account('grace', {admin: true});
    const {categories} = await suite.ok('GET', '/api/v1/categories', {token: account.token});
    const answer = await suite.api('POST', '/api/v1/topics', {token: account.token,
      headers: {traceparent: `00-${TRACE}-00f067aa0ba902b7-01`},
      body: {categoryId: categories[0].id, title: 'A topic of the suite', raw: 'It crosses processes.'}});
    assert(answer.status === 201, answer.text);
    await run({suite, collector});
  } finally {
    await suite.stop();
    collector.stop();
  }
}

/** One request, three programs, one trace. */
export async function crossesProcesses({collector}) {
  const consumer = await collector.await((spans) => spans.find(({kind, resource}) =>
    kind === 'consumer' && resource['service.name'] === 'gateway'), 'a listener of the gateway');
  const root = await collector.await((spans) => spans.find(({parent}) => parent === '00f067aa0ba902b7'), 'the root');
  const server = await collector.await((spans) => spans.find(({kind, resource}) =>
    kind === 'server' && resource['service.name'] === 'forum'), 'the call at the forum');
  const spans = collector.spans;
  assert(spans.every(({trace}) => trace === TRACE), 'all spans are of the trace');
  assert(root.resource['service.name'] === 'gateway' && root.name === 'POST /api/v1/topics', JSON.stringify(root));
  const client = spans.find(({id}) => id === server.parent);
  assert(client?.parent === root.id && client.kind === 'client' && client.resource['service.name'] === 'gateway',
    'the call hangs on the request');
  assert(consumer.parent === server.id && consumer.links[0] === server.id, 'the listener is linked to the change, over NATS');
  assert(client.resource['service.instance.id'] !== server.resource['service.instance.id'], 'two processes');
}

/** What dashboard and alerts name is told by some process; what counts rare mishaps may not be there yet. */
export async function tellsEverything({suite}, expressions) {
  const rare = new Set(['forium_xds_nacks_total', 'forium_trace_spans_dropped_total', 'up']);
  // Of SQLite, which the suite does not use.
  const oneProcess = /^forium_(database_(group|writes)|disk)/;
  const told = new Set();
  for (const part of suite.parts) for (const name of scraped(await part.metrics()).keys()) told.add(name);
  const missing = new Set(expressions.flatMap(({text}) => used(text).metrics.map(({name}) => name))
    .filter((name) => !told.has(name) && !rare.has(name) && !oneProcess.test(name)));
  assert(missing.size === 0, `no process tells ${[...missing].join(', ')}`);
}
