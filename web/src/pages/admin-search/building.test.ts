// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Index } from '$gen/types';

const answers: (Index | number)[] = [];
const asked: string[] = [];
vi.mock('$lib/toasts.svelte', () => ({ toasts: { show: vi.fn() } }));
vi.mock('$lib/router', () => ({ forget: () => {} }));
const { Building } = await import('./building.svelte');

const index = (state: Index['state'], postsDone = '0'): Index => ({
  state, topicsCount: '1', postsCount: '2', wordsCount: '3', bytes: '4', textBytes: '5', eventsBehind: '0', millisecondsBehind: '0', cause: 'ASKED', instance: '',
  ...(state === 'REBUILDING' && { rebuild: { postsDone, postsTotal: '100', postsPerSecond: 8000 } }),
});

describe('an index being built', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    answers.length = asked.length = 0;
    vi.stubGlobal('fetch', (path: string, { method }: { method: string }) => {
      asked.push(`${method} ${path}`);
      const answer = answers.shift() ?? 500;
      const ok = typeof answer !== 'number';
      return Promise.resolve({ ok, status: ok ? 200 : answer, json: () => Promise.resolve(ok ? answer : { reason: 'X' }) });
    });
  });
  afterEach(() => vi.useRealTimers());

  it('is asked for until it serves, and then no more', async () => {
    const building = new Building(index('REBUILDING', '10'));
    const stop = building.start();
    answers.push(index('REBUILDING', '60'), index('SERVING'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(building.index.rebuild?.postsDone).toBe('60');
    await vi.advanceTimersByTimeAsync(1000);
    expect(building.index.state).toBe('SERVING');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(2);
    stop();
  });

  it('is not asked for while nothing happens, but from the moment that a rebuild begins', async () => {
    const building = new Building(index('SERVING'));
    building.start();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([]);
    answers.push(index('REBUILDING'), index('SERVING'));
    await building.rebuild({ preventDefault: () => {} } as SubmitEvent);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual(['POST /api/v1/admin/search/rebuild', 'GET /api/v1/admin/search']);
    expect(building.index.state).toBe('SERVING');
  });

  it('goes on after a lost answer, and stops for those who may not ask', async () => {
    const building = new Building(index('REBUILDING'));
    building.start();
    answers.push(503, index('REBUILDING', '70'), 403);
    await vi.advanceTimersByTimeAsync(1000);
    expect(building.lost).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(building.lost).toBe(false);
    await vi.advanceTimersByTimeAsync(9000);
    expect(asked).toHaveLength(3);
  });

  it('tells why a rebuild was refused', async () => {
    const building = new Building(index('SERVING'));
    answers.push(403);
    await building.rebuild({ preventDefault: () => {} } as SubmitEvent);
    expect(building.problem?.status).toBe(403);
    expect(building.asking).toBe(false);
  });
});
