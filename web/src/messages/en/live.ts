// SPDX-License-Identifier: Apache-2.0
import { plural } from './plural';

export const m = {
  newPosts: (n: number) => `${n} new ${plural(n, 'post', 'posts')}`,
  newTopics: (n: number) => `${n} new ${plural(n, 'topic', 'topics')}`,
  changedTopics: (n: number) => `${n} new or updated ${plural(n, 'topic', 'topics')}`,
  reading: (n: number) => `${n} reading now`,
  typing: (names: string[]) =>
    names.length > 2 ? `${names[0]} and ${names.length - 1} others are typing …` : `${names.join(' and ')} ${plural(names.length, 'is', 'are')} typing …`,
};
