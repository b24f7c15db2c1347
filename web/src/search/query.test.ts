// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { asTitle, completed, corrected, has, operator, parts, searchLink, topicOf, without, withOrder, withPart, withYear } from './query';

describe('a query', () => {
  it('has words, phrases and operators as parts', () => {
    expect(parts(' green  "worm box" category:"Beds and soil" -slug ')).toEqual(['green', '"worm box"', 'category:"Beds and soil"', '-slug']);
    expect(parts('a "never closed b')).toEqual(['a', '"never closed b']);
    expect(parts('   ')).toEqual([]);
  });

  it('loses one part and nothing that only resembles it', () => {
    expect(without('tag:red redtag:red tag:red', 'tag:red')).toBe('redtag:red tag:red');
    expect(without('"tag:red" tag:red', 'tag:red')).toBe('"tag:red"');
    expect(without('a @tomas.b c', '@tomas.b')).toBe('a c');
    expect(without('a', 'not there')).toBe('a');
  });

  it('reads as it was understood', () => {
    expect(corrected('Rendring  of "rendring" worms', [{ typed: 'rendring', used: 'rendering' }])).toBe('rendering of "rendring" worms');
    expect(corrected('a b', [])).toBe('a b');
  });

  it('gets a part once', () => {
    expect(withPart('green', 'tag:red')).toBe('green tag:red');
    expect(withPart('green TAG:red', 'tag:red')).toBe('green TAG:red');
    expect(withPart('', 'tag:red')).toBe('tag:red');
    expect(has('in:title a', 'IN:title')).toBe(true);
  });

  it('has one order and one year', () => {
    expect(withOrder('a order:likes "order:x"', 'latest')).toBe('a "order:x" order:latest');
    expect(withOrder('a order:likes', 'relevance')).toBe('a');
    expect(withYear('a after:2010-02', '2016')).toBe('a after:2016 before:2017');
  });

  it('quotes a value that has a space, and escapes for an address', () => {
    expect(operator('category', 'soil')).toBe('category:soil');
    expect(operator('tag', 'a "b')).toBe('tag:"a b"');
    expect(searchLink(' a&b #"x" ')).toBe('/search?q=a%26b%20%23%22x%22');
    expect(searchLink(' ')).toBe('/search');
  });

  it('says which topic it stays within', () => {
    expect(topicOf('topic:17 green worm')).toEqual({ topic: '17', rest: 'green worm' });
    expect(topicOf('"topic:17" a')).toEqual({ topic: '', rest: '"topic:17" a' });
    expect(topicOf('topic:x a')).toEqual({ topic: '', rest: 'topic:x a' });
  });

  it('makes a title of its words', () => {
    expect(asTitle('tag:red "worm box" smells -clay @anna order:latest')).toBe('worm box smells');
    expect(asTitle('tag:red')).toBe('');
  });

  it('is completed at its last word', () => {
    expect(completed('green tom', 'tomatoes')).toBe('green tomatoes ');
    expect(completed('', 'tomatoes')).toBe('tomatoes ');
  });
});
