// SPDX-License-Identifier: Apache-2.0
// The client of process.cc once more, with gRPC's own implementation for Node, whose discovery is always without TLS.
import {createInterface} from 'node:readline';
import {parseArgs} from 'node:util';

const {values: flags} = parseArgs({options: Object.fromEntries(
  ['control', 'zone', 'target'].map((it) => [it, {type: 'string'}]))});

process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify({
  xds_servers: [{
    server_uri: flags.control,
    channel_creds: [{type: 'insecure'}],
    server_features: ['xds_v3'],
  }],
  node: {id: `node/${process.pid}`, locality: {zone: flags.zone ?? ''}},
});

const {default: grpc} = await import('@grpc/grpc-js');
const {default: xds} = await import('@grpc/grpc-js-xds');
xds.register();

const client = new grpc.Client(flags.target ?? 'xds:///echo', grpc.credentials.createInsecure());
const same = (bytes) => bytes;

const callOnce = () => new Promise((resolve) => {
  client.makeUnaryRequest('/echo.Echo/Who', same, same, Buffer.from('who'), {deadline: Date.now() + 20_000},
    (error, answer) => resolve(error ? `error ${error.code}` : answer.toString()));
});

let answers = {};
createInterface({input: process.stdin}).on('line', () => {
  console.log(JSON.stringify(answers));
  answers = {};
}).on('close', () => process.exit(0));
console.log('ready');
for (;;) {
  const answer = await callOnce();
  answers[answer] = (answers[answer] ?? 0) + 1;
  await new Promise((resolve) => setTimeout(resolve, 2));
}
