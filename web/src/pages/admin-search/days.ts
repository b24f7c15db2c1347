// SPDX-License-Identifier: Apache-2.0
// Days that nobody searched on have no numbers: they stand in the chart all the same, so that a bar is as wide as a day.
import type { SearchAnalyticsDay } from '$gen/types';

const length = 86_400_000;

// The latest `count` days up to the last one that is given, by UTC.
export function everyDay(given: SearchAnalyticsDay[], count = 30): SearchAnalyticsDay[] {
  const known = new Map(given.flatMap((it) => (it.day ? [[it.day.slice(0, 10), it] as const] : [])));
  const last = [...known.keys()].sort().at(-1);
  if (!last) return [];
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.parse(last) - (count - 1 - i) * length).toISOString();
    return known.get(day.slice(0, 10)) ?? { day, searches: '0', withoutResults: '0', clicked: '0' };
  });
}
