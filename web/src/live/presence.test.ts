// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { presence } from './presence.svelte';

const people = ['Ada', 'Ben', 'Cem', 'Dora'].map((displayName, i) => ({ id: `${i + 1}`, username: displayName.toLowerCase(), displayName }));

describe('presence', () => {
  it('shows the others, and counts guests', () => {
    presence.see('1', people, [], 4, 3);
    expect(presence.readers.map(({ username }) => username)).toEqual(['ben', 'cem', 'dora']);
    expect(presence.others).toBe(6);
    presence.see('', people, [], 4, 1);
    expect(presence.others).toBe(4);
  });

  it('tells who writes, but not oneself', () => {
    presence.see('1', people, ['1'], 4, 0);
    expect(presence.words).toBe('');
    presence.see('1', people, ['1', '2'], 4, 0);
    expect(presence.words).toBe('Ben is typing …');
    presence.see('1', people, ['2', '3'], 4, 0);
    expect(presence.words).toBe('Ben and Cem are typing …');
    presence.see('1', people, ['2', '3', '4'], 4, 0);
    expect(presence.words).toBe('Ben and 2 others are typing …');
  });

  it('takes a post for the end of writing it', () => {
    presence.see('1', people, ['2', '3'], 4, 0);
    presence.wrote('2');
    expect(presence.words).toBe('Cem is typing …');
  });
});
