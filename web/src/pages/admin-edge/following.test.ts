// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let asked = 0;
let answer: () => unknown;
class Refused extends Error {
  constructor(readonly problem: { status: number }) {
    super();
  }
}
vi.mock('$lib/api', () => ({
  Failure: Refused,
  get: async () => (asked++, answer()),
}));
const { Following } = await import('./following.svelte');

describe('following the state', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const show = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
  let following: InstanceType<typeof Following>;
  let end: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', page);
    [asked, answer, page.hidden] = [0, () => ({ version: `${asked}` }), false];
    following = new Following();
    end = following.start();
  });
  afterEach(() => {
    end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('asks every two seconds', async () => {
    await pass(1900);
    expect([asked, following.latest]).toEqual([0, null]);
    await pass(4200);
    expect([asked, following.latest?.version]).toEqual([3, '3']);
  });

  it('rests while nobody looks, and asks at once when somebody does', async () => {
    show(true);
    await pass(60_000);
    expect(asked).toBe(0);
    show(false);
    await pass(1);
    expect(asked).toBe(1);
  });

  it('stops when told to, and when the page is left', async () => {
    following.toggle();
    show(true);
    show(false);
    await pass(60_000);
    expect(asked).toBe(0);
    following.toggle();
    await pass(1);
    expect(asked).toBe(1);
    end();
    await pass(60_000);
    expect(asked).toBe(1);
  });

  it('says when there is no answer and asks on, less often', async () => {
    answer = () => Promise.reject(new Error('away'));
    await pass(2100);
    expect([asked, following.failed, following.latest]).toEqual([1, true, null]);
    await pass(4000);
    expect(asked).toBe(1);
    answer = () => ({ version: 'back' });
    await pass(2000);
    expect([following.failed, following.latest?.version]).toEqual([false, 'back']);
  });

  it('gives up when it may not', async () => {
    answer = () => Promise.reject(new Refused({ status: 403 }));
    await pass(60_000);
    expect([asked, following.paused]).toEqual([1, true]);
  });
});
