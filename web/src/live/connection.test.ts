// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection, type Message } from './connection';

const second = 1000;
const minute = 60 * second;

class Socket {
  static all: Socket[] = [];
  readyState = 0;
  sent: Message[] = [];
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;

  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code = 1000): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }
  // As the server does.
  says(message: object): void {
    this.readyState = 1;
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  welcomes(position = 'a-1'): void {
    this.says({ type: 'welcome', position, heartbeat: 30 });
  }
}

// What the browser has, as far as the connection asks.
const browser = { listeners: new Map<string, (event: object) => void>(), onLine: true, hidden: false, streams: [] as { url: string; headers: Record<string, string> }[] };
const happens = (name: string, event: object = {}) => browser.listeners.get(name)?.(event);
const newest = () => Socket.all.at(-1)!;
const refuse = async () => {
  newest().close(1006);
  await vi.advanceTimersByTimeAsync(5 * second);
};

function joined(channels = ['topic:17']) {
  const heard: Message[] = [];
  const connection = new Connection();
  const stop = connection.listen(channels, (message) => heard.push(message));
  return { connection, heard, stop, kinds: () => heard.map((message) => message.kind ?? message.type) };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  Socket.all = [];
  Object.assign(browser, { onLine: true, hidden: false, streams: [] });
  browser.listeners.clear();
  const addEventListener = (name: string, listener: (event: object) => void) => void browser.listeners.set(name, listener);
  vi.stubGlobal('addEventListener', addEventListener);
  vi.stubGlobal('document', { addEventListener, get hidden() { return browser.hidden; } });
  vi.stubGlobal('navigator', { get onLine() { return browser.onLine; } });
  vi.stubGlobal('location', { origin: 'https://forum.example' });
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
    browser.streams.push({ url, headers });
    return new Response('', { status: 403 });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('Connection', () => {
  it('subscribes once it is welcome, and each channel once for all who listen', () => {
    const { connection, stop } = joined();
    const other = connection.listen(['topic:17', 'list'], () => {});
    expect(newest().url).toBe('wss://forum.example/realtime');
    newest().welcomes();
    expect(newest().sent).toEqual([{ subscribe: ['topic:17', 'list'] }]);
    stop();
    expect(newest().sent).toHaveLength(1);
    other();
    expect(newest().sent[1]).toEqual({ unsubscribe: ['topic:17', 'list'] });
    expect(Socket.all).toHaveLength(1);
  });

  it('tells who listens, and nobody else', () => {
    const { connection, kinds } = joined();
    const others: Message[] = [];
    connection.listen(['list'], (message) => others.push(message));
    newest().welcomes();
    newest().says({ type: 'event', channel: 'topic:17', position: 'a-2', kind: 'post.created' });
    expect(kinds()).toEqual(['post.created']);
    expect(others).toEqual([]);
  });

  it('resumes after a break from the position last seen', async () => {
    joined();
    newest().welcomes();
    newest().says({ type: 'event', channel: 'topic:17', position: 'a-7', kind: 'post.created' });
    newest().close(1006);
    await vi.advanceTimersByTimeAsync(2 * second);
    expect(Socket.all).toHaveLength(2);
    newest().welcomes('a-9');
    expect(newest().sent).toEqual([{ subscribe: ['topic:17'], after: 'a-7' }]);
  });

  it('resumes after it was too slow, and tells of a reset', async () => {
    const { kinds } = joined();
    newest().welcomes();
    newest().close(4000);
    await vi.advanceTimersByTimeAsync(2 * second);
    newest().welcomes('b-1');
    expect(newest().sent[0]!.after).toBe('a-1');
    newest().says({ type: 'reset', channels: ['topic:17'] });
    expect(kinds()).toEqual(['reset']);
  });

  it('waits longer each time, up to half a minute', async () => {
    joined();
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('nobody there')));
    const began = Date.now();
    const at: number[] = [];
    for (let seen = 0; at.length < 12; await vi.advanceTimersByTimeAsync(100)) {
      if (Socket.all.length === seen) continue;
      seen = Socket.all.length;
      at.push(Date.now() - began);
      newest().close(1006);
    }
    const pauses = at.slice(1).map((time, i) => time - at[i]!);
    expect(pauses[0]!).toBeLessThan(2 * second);
    expect(Math.max(...pauses)).toBeGreaterThan(20 * second);
    expect(Math.max(...pauses)).toBeLessThan(3 * minute);
  });

  it('comes back at a random time when the server leaves', async () => {
    joined();
    newest().welcomes();
    newest().close(1001);
    await vi.advanceTimersByTimeAsync(2400);
    expect(Socket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(Socket.all).toHaveLength(2);
  });

  it('ends with the session', async () => {
    const { kinds } = joined(['user']);
    newest().welcomes();
    newest().says({ type: 'event', channel: 'user', kind: 'session.ended' });
    expect(kinds()).toEqual(['ended']);
    expect(newest().readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(kinds()).toEqual(['ended']);
    expect(Socket.all).toHaveLength(1);
  });

  it('ends with the code of an ended session', () => {
    const { kinds } = joined(['user']);
    newest().welcomes();
    newest().close(4001);
    expect(kinds()).toEqual(['ended']);
  });

  it('asks when it has heard nothing for a while, and leaves a connection that does not answer', async () => {
    joined();
    newest().welcomes();
    await vi.advanceTimersByTimeAsync(40 * second);
    expect(newest().sent).toHaveLength(2);
    newest().says({ type: 'subscribed', channels: ['topic:17'] });
    await vi.advanceTimersByTimeAsync(40 * second);
    expect(newest().sent).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(30 * second);
    expect(Socket.all).toHaveLength(2);
    expect(Socket.all[0]!.readyState).toBe(3);
  });

  it('is new at once after the machine has slept', async () => {
    joined();
    newest().welcomes();
    vi.setSystemTime(Date.now() + 60 * minute);
    await vi.advanceTimersByTimeAsync(5 * second);
    expect(Socket.all).toHaveLength(2);
    newest().welcomes('a-5');
    expect(newest().sent[0]).toEqual({ subscribe: ['topic:17'], after: 'a-1' });
  });

  it('rests without a network and returns with it', async () => {
    joined();
    newest().welcomes();
    browser.onLine = false;
    happens('offline');
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(Socket.all).toHaveLength(1);
    browser.onLine = true;
    happens('online');
    expect(Socket.all).toHaveLength(2);
  });

  it('lets go of a tab that nobody looks at, and returns when somebody does', async () => {
    joined();
    newest().welcomes();
    browser.hidden = true;
    happens('visibilitychange');
    const alive = setInterval(() => newest().readyState === 1 && newest().says({ type: 'subscribed', channels: [] }), second);
    await vi.advanceTimersByTimeAsync(4 * minute);
    expect(newest().readyState).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect(newest().readyState).toBe(3);
    clearInterval(alive);
    browser.hidden = false;
    happens('visibilitychange');
    expect(Socket.all).toHaveLength(2);
  });

  it('is closed while the page waits in the cache of the way back', () => {
    joined();
    newest().welcomes();
    happens('pagehide');
    expect(newest().readyState).toBe(3);
    happens('pageshow', { persisted: true });
    expect(Socket.all).toHaveLength(2);
  });

  it('closes when nobody listens any more', async () => {
    const { stop } = joined();
    newest().welcomes();
    stop();
    await vi.advanceTimersByTimeAsync(10 * second);
    expect(newest().readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(Socket.all).toHaveLength(1);
  });

  it('takes a stream of events where WebSocket is blocked, from where it stood', async () => {
    const { heard, connection } = joined();
    newest().welcomes();
    newest().says({ type: 'event', channel: 'topic:17', position: 'a-4', kind: 'post.created' });
    const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
    vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
      browser.streams.push({ url, headers });
      return new Response(new ReadableStream({ start: (controller) => void streams.push(controller) }));
    });
    const says = (text: string) => streams.at(-1)!.enqueue(new TextEncoder().encode(text));
    await refuse();
    await refuse();
    expect(browser.streams[0]).toEqual({ url: '/events?channels=topic:17', headers: { accept: 'text/event-stream', 'last-event-id': 'a-4' } });
    says('data: {"type":"welcome","position":"a-5","heartbeat":30}\n\nid: a-6\ndata: {"type":"event","channel":"topic:17","posi');
    says('tion":"a-6","kind":"post.changed"}\n\n');
    await vi.advanceTimersByTimeAsync(10);
    expect(heard.map(({ kind }) => kind)).toEqual(['post.created', 'post.changed']);
    connection.listen(['list'], () => {});
    await vi.advanceTimersByTimeAsync(second);
    expect(browser.streams[1]).toEqual({ url: '/events?channels=topic:17,list', headers: { accept: 'text/event-stream', 'last-event-id': 'a-6' } });
    says('data: {"type":"welcome","position":"a-6","heartbeat":30}\n\n');
    const alive = setInterval(() => says(': ping\n'), 20 * second);
    await vi.advanceTimersByTimeAsync(6 * minute);
    clearInterval(alive);
    expect(Socket.all.length).toBeGreaterThan(2);
  });

  it('asks now and then where everything is blocked, and tries again', async () => {
    const { kinds } = joined();
    for (let i = 0; i < 2; i++) await refuse();
    await vi.advanceTimersByTimeAsync(30 * second);
    expect(browser.streams).toHaveLength(2);
    expect(kinds()).toEqual(['poll']);
    await vi.advanceTimersByTimeAsync(30 * second);
    expect(Socket.all.length).toBeGreaterThan(2);
  });
});
