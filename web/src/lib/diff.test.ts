// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { diff, lines, merge } from './diff';

const told = (a: string, b: string) => lines(a, b).map((l) => `${{ same: ' ', del: '-', add: '+' }[l.kind]}${l.pieces.map((p) => (p.kind === 'same' ? p.text : `[${p.text}]`)).join('')}`);

describe('diff', () => {
  it('keeps both texts whole', () => {
    const a = 'one two three four'.split(' ');
    const b = 'zero two four five'.split(' ');
    const pieces = diff(a, b);
    expect(pieces.filter((p) => p.kind !== 'add').map((p) => p.text)).toEqual(a);
    expect(pieces.filter((p) => p.kind !== 'del').map((p) => p.text)).toEqual(b);
  });

  it('marks the words that changed in a line', () => {
    expect(told('a\nthe red cat\nz', 'a\nthe blue cat\nz')).toEqual([' a', '-the [red] cat', '+the [blue] cat', ' z']);
  });

  it('tells added and removed lines apart', () => {
    expect(told('a\nb', 'a\nnew\nb')).toEqual([' a', '+[new]', ' b']);
    expect(told('a\nold\nb', 'a\nb')).toEqual([' a', '-[old]', ' b']);
  });

  it('stays quick on long texts that share nothing', () => {
    const long = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join('\n');
    expect(lines(long('a'), long('b')).length).toBe(40_000);
  });
});

describe('merge', () => {
  it('takes both changes where they do not touch', () => {
    expect(merge('1\n2\n3\n4', '1a\n2\n3\n4', '1\n2\n3\n4b')).toBe('1a\n2\n3\n4b');
  });

  it('takes an identical change once', () => {
    expect(merge('1\n2', '1\nx', '1\nx')).toBe('1\nx');
  });

  it('puts mine before theirs where they touch', () => {
    expect(merge('1\n2\n3', '1\nmine\n3', '1\ntheirs\n3')).toBe('1\nmine\ntheirs\n3');
  });

  it('keeps what one side removed removed', () => {
    expect(merge('1\n2\n3', '1\n3', '1\n2\n3\n4')).toBe('1\n3\n4');
  });
});
