// SPDX-License-Identifier: Apache-2.0
// The panel of search, and topics that resemble one.
import { count, plural } from './plural';

export const m = {
  field: 'Search topics, members and tags',
  placeholder: 'Search',
  placeholderTopic: 'Search in this topic',
  suggestions: 'Suggestions',
  groups: { search: 'Search', topic: 'Topics', category: 'Categories', tag: 'Tags', member: 'Members', completion: 'Go on with' },
  searchFor: 'Search for',
  searchTopic: 'In this topic, search for',
  oneTopic: 'One topic',
  onlyHere: 'Only in this topic',
  everywhere: 'Search everywhere instead',
  solved: 'Solved',
  postsCount: (n: number) => `${count(n)} ${plural(n, 'post', 'posts')}`,
  found: (n: number) => `${n} ${plural(n, 'suggestion', 'suggestions')}`,
  recent: 'Searched lately',
  forget: (q: string) => `Forget “${q}”`,
  forgetAll: 'Forget all',
  onlyDevice: 'Kept on this device only.',
  hint: 'Words, names or tags. Word forms and small typing errors are understood.',
  similar: 'Similar topics',
  similarCount: (n: number) => `${n} similar ${plural(n, 'topic', 'topics')}`,
  similarHint: 'Perhaps your question is answered already.',
};
