// SPDX-License-Identifier: Apache-2.0
// A flow on its way in one window: the forum, the people at their browsers, and what happens when it fails.
import {join} from 'node:path';

import {temporaryFolder} from '../harness/forium.mjs';
import {Visitor} from './visitor.mjs';

let pictures;

export class Flow {
  #visitors = [];
  #step = '';

  constructor(browser, community, window) {
    this.browser = browser;
    this.community = community;
    this.window = window;
  }

  /** Says what comes next, for the report of a failure. */
  step(name) {
    this.#step = name;
  }

  /** Somebody at a browser of their own: a guest, or signed in `as` a person. */
  async visitor(options = {}) {
    const {url = this.community.url, window = this.window} = options;
    const visitor = await Visitor.enter(this.browser, url, window, options);
    this.#visitors.push(visitor);
    return visitor;
  }

  async end() {
    for (const visitor of this.#visitors) await visitor.leave();
  }

  /** Pictures of what everybody saw, and the browsers closed; the report. */
  async fail(name, error) {
    pictures ??= temporaryFolder('forium-e2e');
    const lines = [`FAILED ${name}${this.#step && ` (${this.#step})`}`, ...String(error.stack ?? error).split('\n').slice(0, 12)];
    for (const [i, visitor] of this.#visitors.entries()) {
      const file = join(pictures, `${name.replace(/[^a-z0-9]+/gi, '-')}-${i + 1}.png`);
      await visitor.page.screenshot({path: file, fullPage: false}).then(
        () => lines.push(`at ${visitor.path}, seen in ${file}`), () => {});
      lines.push(...new Set(visitor.complaints.slice(0, 50).map((complaint) => complaint.slice(0, 300))));
      await visitor.context.close().catch(() => {});
    }
    return lines.join('\n  ');
  }
}
