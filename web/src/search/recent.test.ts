// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetAll, forgetOne, most, recent, remember } from './recent';

const store = new Map<string, string>();
const storage = { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => void store.set(k, v), removeItem: (k: string) => void store.delete(k) };

describe('recent searches', () => {
  beforeEach(() => {
    store.clear();
    vi.stubGlobal('localStorage', storage);
  });

  it('are kept once each, the latest first, and not for ever', () => {
    for (let i = 0; i < most + 5; i++) remember(`query ${i}`);
    remember('  Query   12 ');
    expect(recent()).toHaveLength(most);
    expect(recent().slice(0, 2)).toEqual(['Query 12', 'query 14']);
    expect(recent()).not.toContain('query 12');
  });

  it('are forgotten one by one and all at once', () => {
    remember('a');
    remember('b');
    expect(forgetOne('a')).toEqual(['b']);
    expect(forgetAll()).toEqual([]);
    expect(store.size).toBe(0);
  });

  it('do not keep nothing, nor too much', () => {
    remember('   ');
    remember('x'.repeat(201));
    expect(recent()).toEqual([]);
  });

  it('survive what others left there, and a device that keeps nothing', () => {
    for (const left of ['{', '{"a":1}', '[1,null,"a",{}]', '"a"']) {
      store.set('forium.searches', left);
      expect(recent()).toEqual(left.startsWith('[') ? ['a'] : []);
    }
    const fails = () => { throw new Error('denied'); };
    vi.stubGlobal('localStorage', { getItem: fails, setItem: fails, removeItem: fails });
    expect(recent()).toEqual([]);
    expect(() => remember('a')).not.toThrow();
  });
});
