// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { code, link, nextItem, prefix, wrap, type Edit } from './markup';

const after = (value: string, edit: Edit | null) => (edit ? value.slice(0, edit.from) + edit.text + value.slice(edit.to) : null);

describe('markup', () => {
  it('wraps a selection, and unwraps it again', () => {
    expect(after('a word b', wrap('a word b', 2, 6, '**'))).toBe('a **word** b');
    expect(after('a **word** b', wrap('a **word** b', 4, 8, '**'))).toBe('a word b');
  });

  it('selects what was wrapped', () => {
    const edit = wrap('a word b', 2, 6, '**');
    expect('a **word** b'.slice(...edit.select)).toBe('word');
  });

  it('quotes whole lines, and takes the marks away again', () => {
    expect(after('one\ntwo', prefix('one\ntwo', 1, 5, '> '))).toBe('> one\n> two');
    expect(after('> one\n> two', prefix('> one\n> two', 0, 11, '> '))).toBe('one\ntwo');
  });

  it('makes a link of an address or of words', () => {
    expect(after('https://a.b', link('https://a.b', 0, 11, 'text'))).toBe('[text](https://a.b)');
    expect(after('see this', link('see this', 4, 8, 'text'))).toBe('see [this](https://)');
  });

  it('fences code of several lines', () => {
    expect(after('a\nb', code('a\nb', 0, 3))).toBe('```\na\nb\n```');
    expect(after('ab', code('ab', 0, 2))).toBe('`ab`');
  });

  it('goes on with lists, counting, and ends them', () => {
    expect(after('- a', nextItem('- a', 3))).toBe('- a\n- ');
    expect(after('9. a', nextItem('9. a', 4))).toBe('9. a\n10. ');
    expect(after('- [x] a', nextItem('- [x] a', 7))).toBe('- [x] a\n- [ ] ');
    expect(after('- a\n- ', nextItem('- a\n- ', 6))).toBe('- a\n');
    expect(nextItem('plain', 5)).toBeNull();
  });
});
