// SPDX-License-Identifier: Apache-2.0
// A client of server-sent events: what came, by `data:` and `id:`.
export class EventStream {
  messages = [];
  id = '';
  comments = 0;

  /** Refused: `error.status`. */
  static async open(url, channels, {token, lastEventId, query = ''} = {}) {
    const stream = new EventStream();
    stream.abort = new AbortController();
    const response = await fetch(`${url}/events?channels=${channels.join(',')}${query}`, {
      signal: stream.abort.signal,
      headers: {
        accept: 'text/event-stream',
        ...(token ? {authorization: `Bearer ${token}`} : {}),
        ...(lastEventId ? {'last-event-id': lastEventId} : {}),
      },
    });
    if (response.status !== 200) {
      await response.text();
      throw Object.assign(new Error(`no stream: ${response.status}`), {status: response.status});
    }
    stream.type = response.headers.get('content-type');
    stream.ended = stream.#read(response.body).catch(() => {});
    return stream;
  }

  async #read(body) {
    let rest = '';
    for await (const bytes of body.pipeThrough(new TextDecoderStream())) {
      rest += bytes;
      const blocks = rest.split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        for (const line of block.split('\n')) {
          if (line.startsWith(':')) ++this.comments;
          else if (line.startsWith('id: ')) this.id = line.slice(4);
          else if (line.startsWith('data: ')) this.messages.push(JSON.parse(line.slice(6)));
        }
      }
      this.wake?.();
    }
  }

  async next(fits, seconds = 5) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`no such message, but:\n${this.messages.map((it) => JSON.stringify(it).slice(0, 300)).join('\n')}`);
      await Promise.race([new Promise((done) => (this.wake = done)), new Promise((done) => setTimeout(done, left))]);
    }
  }

  end() {
    this.abort.abort();
  }
}
