// SPDX-License-Identifier: Apache-2.0
// A collector of traces, as far as one is needed to see what comes: OTLP over gRPC, read by hand.
import {createServer} from 'node:http2';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** Fields of a protobuf message: number → list of values (Buffer for lengths, BigInt for the rest). */
function fields(bytes) {
  const found = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    let value;
    if ((tag & 7) === 0) value = varint();
    else if ((tag & 7) === 1) {
      value = bytes.readBigUInt64LE(at);
      at += 8;
    } else if ((tag & 7) === 2) {
      const length = Number(varint());
      value = bytes.subarray(at, at + length);
      at += length;
    } else throw new Error(`wire type ${tag & 7}`);
    (found[tag >> 3] ??= []).push(value);
  }
  return found;
}

function attributes(list = []) {
  return Object.fromEntries(list.map((bytes) => {
    const {1: [key], 2: [value]} = fields(bytes);
    const {1: text, 3: number} = fields(value);
    return [key.toString(), text ? text[0].toString() : Number(number?.[0] ?? 0)];
  }));
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

function spanOf(bytes, resource) {
  const span = fields(bytes);
  return {
    resource,
    trace: span[1][0].toString('hex'),
    id: span[2][0].toString('hex'),
    parent: span[4]?.[0].toString('hex'),
    name: span[5][0].toString(),
    kind: KINDS[Number(span[6]?.[0] ?? 0)],
    nanoseconds: Number(span[8][0] - span[7][0]),
    attributes: attributes(span[9]),
    links: (span[13] ?? []).map((link) => fields(link)[2][0].toString('hex')),
    failed: span[15] !== undefined,
  };
}

export class Collector {
  spans = [];
  batches = 0;

  static async start() {
    const collector = new Collector();
    collector.server = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const known = request.url === EXPORT;
        if (known) collector.take(Buffer.concat(parts).subarray(5));  // after flag and length
        response.on('error', () => {});
        response.writeHead(200, {'content-type': 'application/grpc'});
        response.addTrailers({'grpc-status': known ? '0' : '12'});
        if (known) response.write(Buffer.alloc(5));
        response.end();
      });
    });
    await new Promise((ready) => collector.server.listen(0, '127.0.0.1', ready));
    collector.endpoint = `127.0.0.1:${collector.server.address().port}`;
    return collector;
  }

  take(bytes) {
    ++this.batches;
    for (const resourceSpans of fields(bytes)[1] ?? []) {
      const {1: [resource], 2: scopes} = fields(resourceSpans);
      const told = attributes(fields(resource)[1]);
      for (const scope of scopes) {
        for (const span of fields(scope)[2] ?? []) this.spans.push(spanOf(span, told));
      }
    }
  }

  /** Waits until `test` answers something; that. */
  async await(test, what) {
    for (let i = 0; i < 200; ++i) {
      const found = test(this.spans);
      if (found) return found;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`${what} did not come; there are ${this.spans.map((span) => `${span.kind} ${span.name}`).join(', ')}`);
  }

  stop() {
    this.server.close();
  }
}
