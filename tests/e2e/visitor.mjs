// SPDX-License-Identifier: Apache-2.0
// A person at a browser: sees and does what a page offers, by the names that it tells everybody. Every verb waits for its
// page; with scripts it also waits until the page has been taken over by them.
import assert from 'node:assert/strict';

import {layoutFaults, watchConsole, watchLayout} from './watch.mjs';

const PATIENCE = 15_000;

const beginning = (text) => text instanceof RegExp ? text
  : new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+')}`);

export class Visitor {
  static async enter(browser, url, window, {as, locale = 'en-GB', scheme = 'light', touch = false} = {}) {
    const visitor = new Visitor();
    visitor.url = url;
    visitor.window = window;
    visitor.context = await browser.newContext({
      viewport: {width: window.width, height: window.height}, javaScriptEnabled: window.script,
      locale, colorScheme: scheme, reducedMotion: 'reduce', hasTouch: touch, isMobile: touch});
    visitor.context.setDefaultTimeout(PATIENCE);
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], {origin: url});
    if (window.script) await watchLayout(visitor.context);
    if (as) await visitor.context.addCookies([{name: 'forium_session', value: as.token, url}]);
    visitor.page = await visitor.context.newPage();
    visitor.complaints = watchConsole(visitor.page, window);
    return visitor;
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], 'the console stays empty');
  }

  get path() {
    const url = new URL(this.page.url());
    return url.pathname + url.search + url.hash;
  }

  // ---- Going -----------------------------------------------------------------------------------------------------------

  async open(path) {
    const answer = await this.page.goto(new URL(path, this.url).href);
    await this.ready();
    return answer;
  }

  async ready() {
    if (this.window.script) await this.page.waitForSelector('html[data-ready]', {state: 'attached'});
  }

  /** Waits for an address, given as a pattern over path, query and fragment. */
  async arrives(pattern) {
    await this.page.waitForURL((url) => pattern.test(url.pathname + url.search + url.hash), {timeout: PATIENCE});
    await this.ready();
  }

  async reload() {
    await this.page.reload();
    await this.ready();
  }

  // ---- Seeing ----------------------------------------------------------------------------------------------------------

  link(name, within = this.page) {
    return within.getByRole('link', {name, exact: true}).first();
  }

  button(name, within = this.page) {
    return within.getByRole('button', {name, exact: true}).first();
  }

  /** A field, by the beginning of its label. */
  field(label, within = this.page) {
    return within.getByLabel(beginning(label)).and(within.locator('input:not([type=hidden]), textarea, select')).first();
  }

  post(number) {
    return this.page.getByRole('article', {name: `Post ${number}`, exact: true});
  }

  async sees(what, within = this.page) {
    const found = typeof what === 'string' || what instanceof RegExp ? within.getByText(what).first() : what;
    await found.waitFor({timeout: PATIENCE});
    return found;
  }

  async seesHeading(name) {
    await this.page.getByRole('heading', {name, level: 1}).waitFor();
  }

  async gone(locator) {
    await locator.waitFor({state: 'hidden', timeout: PATIENCE});
  }

  /** Waits until the page says so: `check` runs there, with `value`. */
  until(check, value) {
    return this.page.waitForFunction(check, value, {timeout: PATIENCE});
  }

  async fits() {
    assert.deepEqual(await layoutFaults(this.page, {shift: false}), [], `${this.path} fits its window`);
  }

  // ---- Doing -----------------------------------------------------------------------------------------------------------

  async follow(name, within) {
    await this.link(name, within).click();
  }

  async press(name, within) {
    await this.button(name, within).click();
  }

  async fill(label, text, within) {
    await this.field(label, within).fill(text);
  }

  async choose(label, option, within) {
    await this.field(label, within).selectOption({label: option});
  }

  /** Opens a menu and presses what is in it. */
  async pick(menu, name, within = this.page) {
    await within.getByLabel(menu, {exact: true}).first().click();
    const choice = within.getByRole('button', {name, exact: true}).or(within.getByRole('link', {name, exact: true}));
    await choice.first().click();
  }

  /** Does something whose answer is shown before the server has given it, and waits for the server too. */
  async saves(path, act) {
    if (!this.window.script) return act();
    const asked = (answer) => answer.request().method() !== 'GET' && path.test(new URL(answer.url()).pathname);
    await Promise.all([this.page.waitForResponse(asked), act()]);
  }

  async logOut() {
    await this.pick('Your account', 'Log out');
    await this.gone(this.page.getByLabel('Your account', {exact: true}));
    await this.link('Log in').waitFor();
    await this.ready();
  }

  async logIn(person) {
    await this.open('/');
    await this.follow('Log in');
    await this.arrives(/^\/login/);
    await this.fill('Name or e-mail', person.username);
    await this.fill(/^Password$/, person.password);
    await this.press('Log in');
    await this.sees(this.page.getByLabel('Your account', {exact: true}));
    await this.ready();
  }

  /** Answers the topic that is open; the number of the post. */
  async reply(text, number) {
    if (this.window.script) {
      await this.press('Write a reply …');
      await this.fill('Text', text);
      await this.press('Post reply');
    } else {
      await this.fill('Your reply', text);
      await this.press('Post reply');
    }
    await this.sees(this.post(number));
  }
}
