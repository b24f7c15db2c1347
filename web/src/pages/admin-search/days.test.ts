// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { everyDay } from './days';

const on = (day: string, searches: string) => ({ day: `${day}T00:00:00Z`, searches, withoutResults: '0', clicked: '0' });

describe('days of searches', () => {
  it('are all there, across months, up to the last one', () => {
    const days = everyDay([on('2026-02-27', '3'), on('2026-03-02', '5')], 5);
    expect(days.map(({ day }) => day?.slice(0, 10))).toEqual(['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
    expect(days.map(({ searches }) => searches)).toEqual(['0', '3', '0', '0', '5']);
  });

  it('are none when nobody searched', () => expect(everyDay([])).toEqual([]));
});
