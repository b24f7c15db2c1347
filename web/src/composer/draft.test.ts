// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Draft } from './draft.svelte';

const store = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => store.get(key) ?? null,
  setItem: (key: string, value: string) => void store.set(key, value),
  removeItem: (key: string) => void store.delete(key),
});

describe('Draft', () => {
  beforeEach(() => store.clear());

  it('comes back with its text and its key', () => {
    const first = new Draft<{ raw: string }>('reply:17');
    first.keep({ raw: 'half a thought' });
    first.flush();
    const second = new Draft<{ raw: string }>('reply:17');
    expect(second.restored).toEqual({ raw: 'half a thought' });
    expect(second.key).toBe(first.key);
  });

  it('belongs to one target', () => {
    const draft = new Draft<{ raw: string }>('reply:17');
    draft.keep({ raw: 'x' });
    draft.flush();
    expect(new Draft('reply:18').restored).toBeNull();
  });

  it('leaves nothing after sending, and the next one has a key of its own', () => {
    const draft = new Draft<{ raw: string }>('new');
    const { key } = draft;
    draft.keep({ raw: 'x' });
    draft.flush();
    draft.clear();
    draft.flush();
    expect(store.size).toBe(0);
    expect(draft.key).not.toBe(key);
  });

  it('survives a storage that refuses and one that holds nonsense', () => {
    store.set('draft:new', '{broken');
    expect(new Draft('new').restored).toBeNull();
  });
});
