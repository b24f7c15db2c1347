// SPDX-License-Identifier: Apache-2.0
// One connection to the server for the whole tab: a WebSocket; where that is blocked, a stream of events; where that is
// blocked too, asking now and then. It comes back by itself from wherever it stood. docs/realtime.md tells the messages.
export interface Message {
  // As from the server; and `poll` (ask for the state yourself), `ended` (of the session).
  type: string;
  channel?: string;
  channels?: string[];
  position?: string;
  heartbeat?: number;
  kind?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- members by kind
  [member: string]: any;
}
export type Hear = (message: Message) => void;

const tick = 5_000;
const patience = 10_000;
const longest = 30_000;
// A tab that nobody looks at lets go after this, and another way than WebSocket is left again.
const while_ = 300_000;

export class Connection {
  #channels = new Map<string, Set<Hear>>();
  // Ends what is open or about to be.
  #close: (() => void) | null = null;
  #send: ((message: object) => void) | null = null;
  #position = '';
  // Where it stood 20 to 40 seconds ago: a page that is shown now was made after that.
  #before = ['', ''];
  // Refused in a row: twice a WebSocket, twice a stream. And how often in vain, for the pauses.
  #refused = 0;
  #vain = 0;
  #opened = 0;
  #heard = 0;
  #beat = longest;
  #asked = false;
  #ticked = 0;
  #ticks = 0;
  #hidden = document.hidden ? Date.now() : 0;
  #next: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    addEventListener('online', () => this.#again());
    addEventListener('offline', () => this.#stop());
    addEventListener('pagehide', () => this.#stop());
    addEventListener('pageshow', (event) => event.persisted && this.#again());
    document.addEventListener('visibilitychange', () => {
      this.#hidden = document.hidden ? Date.now() : 0;
      if (!document.hidden && (!this.#send || Date.now() - this.#heard > this.#beat)) this.#again();
    });
  }

  // Until the answer is called, `hear` gets what is said on these channels.
  listen(channels: string[], hear: Hear): () => void {
    const fresh = channels.filter((channel) => !this.#channels.has(channel));
    for (const channel of channels) this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(hear));
    if (this.#send) this.#subscribe(fresh, this.#before[0]);
    else if (!this.#next) this.#open();
    return () => {
      const gone = channels.filter((channel) => this.#channels.get(channel)?.delete(hear) && !this.#channels.get(channel)!.size);
      for (const channel of gone) this.#channels.delete(channel);
      if (gone.length) this.#send?.({ unsubscribe: gone });
    };
  }

  // False where it cannot be said now.
  say(message: object): boolean {
    this.#send?.(message);
    return !!this.#send;
  }

  #subscribe(subscribe: string[], after = ''): void {
    if (subscribe.length) this.#send?.(after ? { subscribe, after } : { subscribe });
  }

  #open(): void {
    this.#next = undefined;
    if (this.#close || !this.#channels.size || !navigator.onLine) return;
    this.#clock ??= setInterval(() => this.#tick(), tick);
    this.#ticked = this.#opened = this.#heard = Date.now();
    if (this.#refused < 2) this.#socket();
    else if (this.#refused < 4) void this.#stream();
    else {
      // Everything may be open again at the next turn.
      this.#refused = 0;
      if (!this.#hidden) this.#tell([...this.#channels.keys()], { type: 'poll' });
      this.#later(longest / 2 + Math.random() * longest / 2);
    }
  }

  #later(pause = Math.min(longest, 500 * 2 ** this.#vain) * (0.5 + Math.random() / 2)): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#open(), pause);
  }

  #stop(): void {
    clearTimeout(this.#next);
    clearInterval(this.#clock);
    this.#clock = this.#next = undefined;
    const close = this.#close;
    this.#close = this.#send = null;
    close?.();
  }

  #again(): void {
    this.#stop();
    this.#vain = 0;
    this.#open();
  }

  // It ended by itself.
  #lost(pause?: number): void {
    if (this.#send && Date.now() - this.#opened > patience) this.#vain = this.#refused = 0;
    else {
      this.#vain++;
      this.#refused++;
    }
    this.#stop();
    this.#later(pause);
  }

  #socket(): void {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/realtime');
    const lost = (pause?: number) => this.#close === close && this.#lost(pause);
    const timer = setTimeout(() => this.#send || lost(), patience);
    const close = (this.#close = () => (clearTimeout(timer), socket.close()));
    socket.onmessage = ({ data }) => this.#close === close && this.#hear(data, (message) => {
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    });
    socket.onclose = ({ code }) => {
      if (this.#close !== close) return;
      if (code === 4001) return this.#end();
      // The server leaves, or is full: not all at once.
      lost(code === 1001 ? Math.random() * 5000 : code === 1013 ? longest * (1 + Math.random()) : undefined);
    };
  }

  async #stream(): Promise<void> {
    const abort = new AbortController();
    const close = (this.#close = () => (clearTimeout(timer), abort.abort()));
    const timer = setTimeout(() => this.#send || (this.#close === close && this.#lost()), patience);
    try {
      const response = await fetch(`/events?channels=${[...this.#channels.keys()]}`, {
        headers: this.#position ? { accept: 'text/event-stream', 'last-event-id': this.#position } : { accept: 'text/event-stream' },
        signal: abort.signal,
      });
      const reader = response.ok && response.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; reader; ) {
        const { value, done } = await reader.read();
        if (done) break;
        this.#heard = Date.now();
        const lines = (rest + value).split('\n');
        rest = lines.pop()!;
        // Other channels are another stream.
        for (const line of lines) if (line.startsWith('data:')) this.#hear(line.slice(5), () => this.#close === close && (this.#stop(), this.#later(50)));
      }
    } catch {
      // Nobody is there, or it is not wanted any more.
    }
    if (this.#close === close) this.#lost();
  }

  #hear(data: string, send: (message: object) => void): void {
    const message = JSON.parse(data) as Message;
    const { type, channel, channels, position } = message;
    this.#heard = Date.now();
    this.#asked = false;
    if (type === 'welcome') {
      this.#beat = (message.heartbeat ?? 30) * 1000;
      const after = this.#position;
      this.#position ||= position ?? '';
      // A stream has its channels in its address.
      if (this.#refused < 2) (this.#send = send), this.#subscribe([...this.#channels.keys()], after);
      else queueMicrotask(() => (this.#send = send));
      return;
    }
    if (message.kind === 'session.ended') return this.#end();
    if (position) this.#position = position;
    this.#tell(channels ?? (channel ? [channel] : []), message);
    if (type === 'refused' || type === 'revoked') this.#channels.delete(channel!);
  }

  // With the session: what comes next is another person's, or nobody's.
  #end(): void {
    this.#stop();
    this.#tell([...this.#channels.keys()], { type: 'ended' });
  }

  #tell(channels: string[], message: Message): void {
    for (const hear of new Set(channels.flatMap((channel) => [...(this.#channels.get(channel) ?? [])]))) hear(message);
  }

  #tick(): void {
    const now = Date.now();
    const slept = now - this.#ticked > 2 * this.#beat;
    this.#ticked = now;
    if (++this.#ticks % 4 === 0) this.#before = [this.#before[1]!, this.#position];
    if (!this.#channels.size || (this.#hidden && now - this.#hidden > while_)) return this.#stop();
    if (slept || (this.#send && now - this.#heard > 2 * this.#beat)) return this.#again();
    if (this.#refused > 1 && this.#send && now - this.#opened > while_) {
      this.#refused = 0;
      return this.#again();
    }
    // A ping is not shown to scripts, but an answer is.
    if (this.#send && this.#refused < 2 && !this.#asked && now - this.#heard > this.#beat) {
      this.#asked = true;
      this.#subscribe([this.#channels.keys().next().value as string]);
    }
  }
}
