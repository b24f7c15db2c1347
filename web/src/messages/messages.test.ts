// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

type Catalogue = Record<string, unknown>;
const load = (files: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(files).map(([path, it]) => [path.split('/').slice(1).join('/'), it])) as Record<string, { m?: Catalogue }>;
const all = load(import.meta.glob('./*/*.ts', { eager: true }));
const locales = [...new Set(Object.keys(all).map((path) => path.split('/')[0]!))];
const groups = Object.keys(all).filter((path) => path.startsWith('en/')).map((path) => path.slice(3));

const shape = (value: unknown): unknown =>
  Array.isArray(value) ? value.length : typeof value === 'object' && value ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)])) : typeof value;

describe('messages', () => {
  it('exist in every language, with the same keys', () => {
    expect(locales.length).toBeGreaterThan(1);
    for (const locale of locales)
      for (const group of groups) expect(shape(all[`${locale}/${group}`]?.m), `${locale}/${group}`).toEqual(shape(all[`en/${group}`]?.m));
  });

  it('are not empty, and differ from English where they are sentences', () => {
    for (const group of groups)
      for (const [key, text] of Object.entries(all[`de/${group}`]?.m ?? {})) {
        if (typeof text !== 'string') continue;
        expect(text.trim(), `${group}.${key}`).not.toBe('');
        if (text.split(' ').length > 3) expect(text, `${group}.${key}`).not.toBe(all[`en/${group}`]!.m![key]);
      }
  });

  it('count in the way of the language', () => {
    const { repliesCount } = all['en/topic.ts']!.m as { repliesCount: (n: number) => string };
    expect([0, 1, 2, 1234].map(repliesCount)).toEqual(['0 replies', '1 reply', '2 replies', '1.2k replies']);
    const { newPosts } = all['de/topic.ts']!.m as { newPosts: (n: number) => string };
    expect([1, 2].map(newPosts)).toEqual(['1 neuer Beitrag', '2 neue Beiträge']);
  });
});
