// SPDX-License-Identifier: Apache-2.0
import type { m as Messages } from '../en/quick';
import { count, plural } from './plural';

export const m: typeof Messages = {
  field: 'Themen, Mitglieder und Schlagwörter suchen',
  placeholder: 'Suchen',
  placeholderTopic: 'In diesem Thema suchen',
  suggestions: 'Vorschläge',
  groups: { search: 'Suche', topic: 'Themen', category: 'Kategorien', tag: 'Schlagwörter', member: 'Mitglieder', completion: 'Weiter mit' },
  searchFor: 'Suche nach',
  searchTopic: 'Suche in diesem Thema nach',
  oneTopic: 'Ein Thema',
  onlyHere: 'Nur in diesem Thema',
  everywhere: 'Stattdessen überall suchen',
  solved: 'Gelöst',
  postsCount: (n) => `${count(n)} ${plural(n, 'Beitrag', 'Beiträge')}`,
  found: (n) => `${n} ${plural(n, 'Vorschlag', 'Vorschläge')}`,
  recent: 'Zuletzt gesucht',
  forget: (q) => `„${q}“ vergessen`,
  forgetAll: 'Alles vergessen',
  onlyDevice: 'Nur auf diesem Gerät aufgehoben.',
  hint: 'Wörter, Namen oder Schlagwörter. Wortformen und kleine Tippfehler werden verstanden.',
  similar: 'Ähnliche Themen',
  similarCount: (n) => `${n} ${plural(n, 'ähnliches Thema', 'ähnliche Themen')}`,
  similarHint: 'Vielleicht ist deine Frage schon beantwortet.',
};
