// SPDX-License-Identifier: Apache-2.0
import { plural } from './plural';
import type { m as Messages } from '../en/live';

export const m: typeof Messages = {
  newPosts: (n) => `${n} ${plural(n, 'neuer Beitrag', 'neue Beiträge')}`,
  newTopics: (n) => `${n} ${plural(n, 'neues Thema', 'neue Themen')}`,
  changedTopics: (n) => `${n} ${plural(n, 'neues oder geändertes Thema', 'neue oder geänderte Themen')}`,
  reading: (n) => `${n} ${plural(n, 'liest', 'lesen')} gerade mit`,
  typing: (names) =>
    names.length > 2 ? `${names[0]} und ${names.length - 1} andere schreiben …` : `${names.join(' und ')} ${plural(names.length, 'schreibt', 'schreiben')} …`,
};
