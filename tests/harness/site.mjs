// SPDX-License-Identifier: Apache-2.0
// A running community at `url`, whatever serves it: one process (forium.mjs) or the suite (suite.mjs).

// The programs refuse variables FORIUM_… that they do not know; those of the tests are not theirs.
export const ENVIRONMENT =
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FORIUM_')));

export class Site {
  /** What the programs printed. */
  output = '';

  /** The one-time address of a first start, waiting for it to be printed; of several the last, which made the others void. */
  async setupUrl() {
    for (let i = 0; i < 100; ++i) {
      const links = this.output.match(/http\S+\/setup\/\S+/g);
      if (links) return links.at(-1);
      await new Promise((later) => setTimeout(later, 20));
    }
    throw new Error(`no set-up address in:\n${this.output}`);
  }

  /** fetch with JSON in and out; `token` signs in. */
  async api(method, path, {body, token, headers = {}, signal} = {}) {
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...(token ? {authorization: `Bearer ${token}`} : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return {status: response.status, headers: response.headers, text, json};
  }

  /** As api, but anything but success throws. */
  async ok(method, path, options) {
    const answer = await this.api(method, path, options);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    return answer.json;
  }
}
