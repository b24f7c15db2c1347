// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { SuggestResponse } from '$gen/types';
import { grouped, optionsOf } from './options';

const found: SuggestResponse = {
  topics: [1, 2].map((n) => ({ topicId: `${n}`, slug: n === 1 ? 'green' : '', titlePieces: [{ text: 'Green', hit: true }], categoryId: '1', solved: false, postsCount: n })),
  categories: [{ slug: 'soil', name: 'Beds and soil' }], tags: [{ slug: 'c++', name: 'c++' }],
  members: [{ id: '7', username: 'anna/b', displayName: '', role: 'MEMBER_ROLE' }], completions: ['tomatoes'],
};

describe('the options of the panel', () => {
  it('begin with the search itself, also before there is an answer', () => {
    expect(optionsOf(' green tom', null)).toEqual([{ kind: 'search', href: '/search?q=green%20tom', q: 'green tom' }]);
    expect(optionsOf('   ', found)).toEqual([]);
  });

  it('lead to where they say, whatever the names are', () => {
    expect(optionsOf('green tom', found).map(({ href }) => href)).toEqual(
      ['/search?q=green%20tom', '/t/green/1', '/t/-/2', '/c/soil', '/tag/c%2B%2B', '/u/anna%2Fb', '']);
  });

  it('only go on with words within a topic', () => {
    const options = optionsOf('topic:17 tom', found);
    expect(options.map(({ kind }) => kind)).toEqual(['search', 'completion']);
    expect(options[0]).toMatchObject({ href: '/search?q=topic%3A17%20tom', q: 'tom' });
    expect(options[1]).toMatchObject({ text: 'topic:17 tomatoes ' });
  });

  it('are walked through in the order in which they are seen', () => {
    const groups = grouped(optionsOf('x', found));
    expect(groups.map(({ kind }) => kind)).toEqual(['search', 'topic', 'category', 'tag', 'member', 'completion']);
    expect(groups.flatMap(({ options }) => options.map(({ place }) => place))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});
