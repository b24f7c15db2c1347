// SPDX-License-Identifier: Apache-2.0
import type { m as Messages } from '../en/keys';

export const m: typeof Messages = {
  keys: [
    ['j', 'Nächstes Thema, nächster Beitrag'], ['k', 'Eines zurück'], ['r', 'Antworten'], ['l', 'Gefällt mir'], ['e', 'Bearbeiten'], ['c', 'Neues Thema'], ['/', 'Suchen'],
    ['g h', 'Neueste Themen'], ['g n', 'Neue Themen'], ['g u', 'Ungelesene Themen'], ['g t', 'Beliebte Themen'], ['g c', 'Kategorien'], ['g s', 'Einstellungen'],
    ['Ctrl Enter', 'Geschriebenes senden'], ['Esc', 'Beiseitelegen'], ['.', 'Neues zeigen'], ['?', 'Diese Hilfe'],
  ],
};
