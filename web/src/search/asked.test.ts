// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('$lib/router', () => ({ forget: () => {} }));
const { Asked } = await import('./asked.svelte');

interface Under { path: string; signal: AbortSignal; answer: (json: unknown) => void; fail: () => void }
const under: Under[] = [];

describe('what is asked while somebody types', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    under.length = 0;
    vi.stubGlobal('fetch', (path: string, { signal }: { signal: AbortSignal }) => new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      under.push({ path, signal, answer: (json) => resolve({ ok: true, json: () => Promise.resolve(json) }), fail: () => reject(new TypeError('away')) });
    }));
  });
  afterEach(() => vi.useRealTimers());

  it('waits for a pause, and asks for the last state only', async () => {
    const asked = new Asked<string>(120);
    for (const q of ['t', 'to', 'tom']) {
      asked.ask(`/s?q=${q}`);
      await vi.advanceTimersByTimeAsync(60);
    }
    await vi.advanceTimersByTimeAsync(120);
    expect(under.map(({ path }) => path)).toEqual(['/api/v1/s?q=tom']);
  });

  it('calls off the question before, whose late answer changes nothing', async () => {
    const asked = new Asked<string>(120);
    asked.ask('/a');
    await vi.advanceTimersByTimeAsync(120);
    asked.ask('/b');
    expect(under[0]!.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(120);
    under[1]!.answer('b');
    under[0]!.answer('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.answer).toBe('b');
  });

  it('keeps an answer until the next, and drops it for nothing and for a failure', async () => {
    const asked = new Asked<string>(0);
    asked.ask('/a');
    await vi.advanceTimersByTimeAsync(0);
    under[0]!.answer('a');
    await vi.advanceTimersByTimeAsync(0);
    asked.ask('/b');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.answer).toBe('a');
    under[1]!.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.answer).toBeNull();
    asked.answer = 'kept';
    asked.ask('');
    expect(asked.answer).toBeNull();
  });
});
