// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { find, matching, type Option } from './options';

const named = (...names: string[]): Option[] => names.map((name) => ({ text: `@${name} `, name }));
const namesOf = (options: Option[]) => options.map((option) => option.name);

describe('options for a word', () => {
  it('has those that begin with it before those that have it inside', () => {
    expect(namesOf(matching(named('omar', 'Marlene', 'xmaras', 'ben'), 'mar'))).toEqual(['Marlene', 'omar', 'xmaras']);
  });

  it('looks inside from the second letter on', () => {
    expect(namesOf(matching(named('anna', 'ben'), 'n'))).toEqual([]);
  });

  it('finds people by display name', () => {
    expect(namesOf(matching([{ text: '@m1 ', name: 'm1', more: 'Søren' }], 'sør'))).toEqual(['m1']);
  });

  it('knows the emoji of the server', async () => {
    let shown: Option[] = [];
    await find({ kind: ':', from: 0, typed: 'tada' }, [], (options) => (shown = options));
    expect(shown[0]).toEqual({ text: ':tada: ', name: 'tada', sign: '🎉' });
  });
});
