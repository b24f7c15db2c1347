// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { wordAt } from './word';

const at = (value: string) => wordAt(value, value.length);

describe('the word at the caret', () => {
  it('is a name from its mark on', () => {
    expect(at('Hello @')).toEqual({ kind: '@', from: 6, typed: '' });
    expect(at('(@Mar')).toEqual({ kind: '@', from: 1, typed: 'Mar' });
    expect(at('one\n@a.b-c')).toEqual({ kind: '@', from: 4, typed: 'a.b-c' });
  });

  it('is no name in an address', () => {
    expect(at('me@example')).toBeNull();
    expect(at('https://example.org/@me')).toBeNull();
  });

  it('is an emoji from its second letter on, so that emoticons and times stay', () => {
    expect(at('so :ta')).toEqual({ kind: ':', from: 3, typed: 'ta' });
    for (const text of [':t', ':)', ':-)', ':D', '12:30', 'std::move', 'https://x']) expect(at(text)).toBeNull();
  });

  it('is none in code', () => {
    expect(at('`@over')).toBeNull();
    expect(at('```java\n@Over')).toBeNull();
    expect(at('```\na\n```\n@Over')).toEqual({ kind: '@', from: 10, typed: 'Over' });
    expect(at('`a` @over')).toEqual({ kind: '@', from: 4, typed: 'over' });
  });

  it('ends where the caret is', () => {
    expect(wordAt('@marlene', 4)).toEqual({ kind: '@', from: 0, typed: 'mar' });
  });
});
