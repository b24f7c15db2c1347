// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { m as german } from '../../messages/de/indexing';
import { m as english } from '../../messages/en/indexing';
import { builtWhen } from './built';

const now = Date.parse('2026-11-21T12:00:00Z');
const sentence = (m: typeof english, cause: string, seconds: number) => {
  const [before, after] = m.builds[cause] ?? m.built;
  return `${before} ${builtWhen(new Date(now - seconds * 1000).toISOString(), now, m)}${after && ', '}${after}`;
};

describe('when and why an index was built', () => {
  it('is a sentence in English', () => {
    expect(sentence(english, 'FIRST', 200)).toBe('Built for the first time 3 minutes ago');
    expect(sentence(english, 'ASKED', 5)).toBe('Built anew just now, because somebody asked for it');
    expect(sentence(english, 'DAMAGED', 60)).toBe('Built anew a minute ago, because the old one was damaged');
    expect(sentence(english, 'LOG_LOST', 3600)).toBe('Built anew an hour ago, because the old one had missed too much');
    expect(sentence(english, 'FORMAT', 86_400)).toBe('Built anew a day ago, for a new version of the program');
    expect(sentence(english, 'GROWN', 40 * 86_400)).toBe('Built anew on 12 Oct 2026, because much had been written since the time before');
    expect(sentence(english, 'OF_A_LATER_VERSION', 7200)).toBe('Built 2 hours ago');
  });

  it('is a sentence in German', () => {
    expect(sentence(german, 'FIRST', 200)).toBe('Zum ersten Mal gebaut vor 3 Minuten');
    expect(sentence(german, 'ASKED', 5)).toBe('Neu gebaut gerade eben, weil jemand darum bat');
    expect(sentence(german, 'DAMAGED', 60)).toBe('Neu gebaut vor einer Minute, weil der alte beschädigt war');
    expect(sentence(german, 'LOG_LOST', 3600)).toBe('Neu gebaut vor einer Stunde, weil der alte zu viel verpasst hatte');
    expect(sentence(german, 'FORMAT', 86_400)).toBe('Neu gebaut vor einem Tag, für eine neue Version des Programms');
    expect(sentence(german, 'GROWN', 2 * 86_400)).toBe('Neu gebaut vor 2 Tagen, weil seit dem Mal davor viel dazugekommen war');
    expect(sentence(german, 'OF_A_LATER_VERSION', 7200)).toBe('Gebaut vor 2 Stunden');
  });

  it('has the whole time where nobody has a clock', () => {
    expect(builtWhen('2026-11-21T11:58:00Z', 0, english)).toBe('on 21 Nov 2026, 11:58');
    // The clock of the server may be ahead a little.
    expect(builtWhen('2026-11-21T12:00:20Z', now, english)).toBe('just now');
  });

  it('is told for each cause in both languages', () => {
    expect(Object.keys(german.builds)).toEqual(Object.keys(english.builds));
  });
});
