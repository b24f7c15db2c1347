// SPDX-License-Identifier: Apache-2.0
// A WebSocket client that a test can make misbehave: it reads when it is told to, answers pings or not, and shows every
// frame. Over HTTP/1.1, or over one stream of HTTP/2 (RFC 8441).
import {randomBytes} from 'node:crypto';
import {request} from 'node:http';
import {connect} from 'node:http2';
import {request as requestTls} from 'node:https';
import {inflateRawSync, constants} from 'node:zlib';

const TEXT = 1, CLOSE = 8, PING = 9, PONG = 10;
const EXTENSION = 'permessage-deflate; client_max_window_bits';

function frameOf(opcode, payload, {deflated = false} = {}) {
  const mask = randomBytes(4);
  const head = payload.length < 126
    ? Buffer.from([0x80 | opcode | (deflated ? 0x40 : 0), 0x80 | payload.length])
    : Buffer.from([0x80 | opcode | (deflated ? 0x40 : 0), 0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i & 3])]);
}

/** Refused: `error.status` is the answer's. */
export class LiveSocket {
  messages = [];
  /** The code that the server closed with; 0: the connection broke; undefined: open. */
  code = undefined;
  deflatedFrames = 0;
  pings = 0;
  #rest = Buffer.alloc(0);
  #waiting = new Set();

  /**
   * @param {string} url of the server; `headers` are sent beside those of the protocol
   * @param {{token?: string, headers?: object, deflate?: boolean, answerPings?: boolean, localAddress?: string}} options
   */
  static async open(url, options = {}) {
    const socket = new LiveSocket();
    socket.answerPings = options.answerPings ?? true;
    const {hostname, port, protocol} = new URL(url);
    const ask = protocol === 'https:' ? requestTls : request;
    await new Promise((opened, failed) => {
      const asked = ask({
        hostname, port, path: '/realtime', rejectUnauthorized: false, localAddress: options.localAddress, agent: false,
        headers: {
          connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'), ...LiveSocket.#fields(options),
        },
      });
      asked.on('error', failed);
      asked.on('response', (response) => {
        response.resume();
        failed(Object.assign(new Error(`no upgrade: ${response.statusCode}`), {status: response.statusCode}));
      });
      asked.on('upgrade', (response, stream, head) => {
        socket.headers = response.headers;
        socket.#take(stream, head);
        opened();
      });
      asked.end();
    });
    return socket;
  }

  /** The same over HTTP/2, with prior knowledge on `http:`. */
  static async openHttp2(url, options = {}) {
    const socket = new LiveSocket();
    socket.answerPings = options.answerPings ?? true;
    const session = connect(url, {rejectUnauthorized: false});
    await new Promise((ready, failed) => {
      session.on('error', failed);
      session.on('remoteSettings', (settings) =>
        settings.enableConnectProtocol ? ready() : failed(new Error('the server knows no extended CONNECT')));
    });
    const stream = session.request({
      ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/realtime', ':scheme': new URL(url).protocol.slice(0, -1),
      'sec-websocket-version': '13', ...LiveSocket.#fields(options),
    }, {endStream: false});
    await new Promise((opened, failed) => {
      stream.on('error', failed);
      stream.on('response', (headers) => {
        socket.headers = headers;
        if (headers[':status'] === 200) opened();
        else failed(Object.assign(new Error(`no upgrade: ${headers[':status']}`), {status: headers[':status']}));
      });
    });
    stream.on('close', () => session.close());
    socket.#take(stream, Buffer.alloc(0));
    return socket;
  }

  static #fields({token, headers = {}, deflate = false}) {
    return {
      ...(token ? {authorization: `Bearer ${token}`} : {}),
      ...(deflate ? {'sec-websocket-extensions': EXTENSION} : {}),
      ...headers,
    };
  }

  #take(stream, head) {
    this.stream = stream;
    stream.on('data', (bytes) => this.#read(bytes));
    stream.on('error', () => this.#ended());
    stream.on('close', () => this.#ended());
    stream.on('end', () => stream.end());
    if (head.length) this.#read(head);
  }

  #ended() {
    this.code ??= 0;
    this.#wake();
  }

  #wake() {
    for (const look of this.#waiting) look();
  }

  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      if (this.#rest.length < 2) break;
      const short = this.#rest[1] & 127;
      const size = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#rest.length < size) break;
      const length = short === 126 ? this.#rest.readUInt16BE(2) : short === 127 ? Number(this.#rest.readBigUInt64BE(2)) : short;
      if (this.#rest.length < size + length) break;
      const payload = this.#rest.subarray(size, size + length);
      this.#hear(this.#rest[0], payload);
      this.#rest = this.#rest.subarray(size + length);
    }
    this.#wake();
  }

  #hear(first, payload) {
    const opcode = first & 15;
    if (opcode === PING) {
      ++this.pings;
      if (this.answerPings) this.raw(PONG, payload);
    } else if (opcode === CLOSE) {
      this.code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.raw(CLOSE, payload);
    } else if (opcode === TEXT) {
      if (first & 0x40) ++this.deflatedFrames;
      const text = first & 0x40
        ? inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 255, 255])]), {finishFlush: constants.Z_SYNC_FLUSH})
        : payload;
      this.messages.push(JSON.parse(text.toString('utf8')));
    }
  }

  /** Any frame. */
  raw(opcode, payload = Buffer.alloc(0), options = {}) {
    if (!this.stream.destroyed && this.stream.writable) this.stream.write(frameOf(opcode, Buffer.from(payload), options));
  }

  bytes(bytes) {
    this.stream.write(bytes);
  }

  say(message) {
    this.raw(TEXT, typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Subscribes and waits for the answer. */
  async subscribe(channels, after) {
    const from = this.messages.length;
    this.say({subscribe: channels, ...(after ? {after} : {})});
    await this.next((message) => message.type === 'subscribed', {from});
  }

  get position() {
    return this.messages.findLast((message) => message.position)?.position;
  }

  /** The first message since `from` that fits, waiting for it. */
  async next(fits, {from = 0, seconds = 5} = {}) {
    const find = () => this.messages.slice(from).find(fits);
    return this.#until(find, seconds, () => `no such message, but:\n${this.messages.slice(from).map((it) => JSON.stringify(it).slice(0, 300)).join('\n')}`);
  }

  event(kind, options) {
    return this.next((message) => message.type === 'event' && message.kind === kind, options);
  }

  async closed(seconds = 5) {
    await this.#until(() => this.code !== undefined, seconds, () => 'it stays open');
    return this.code;
  }

  #until(find, seconds, failure) {
    return new Promise((done, failed) => {
      const look = () => {
        const found = find();
        if (!found) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        done(found);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        failed(new Error(failure()));
      }, seconds * 1000);
      this.#waiting.add(look);
      look();
    });
  }

  pause() {
    this.stream.pause();
  }

  resume() {
    this.stream.resume();
  }

  end() {
    this.raw(CLOSE, Buffer.from([3, 232]));
    this.stream.destroy?.();
  }
}
