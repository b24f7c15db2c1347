// SPDX-License-Identifier: Apache-2.0
import type { m as Messages } from '../en/time';

export const m: typeof Messages = {
  tag: 'de',
  months: ['Jan.', 'Feb.', 'März', 'Apr.', 'Mai', 'Juni', 'Juli', 'Aug.', 'Sept.', 'Okt.', 'Nov.', 'Dez.'],
  date: (day, month, year) => `${day}. ${month} ${year}`,
  dayMonth: (day, month) => `${day}. ${month}`,
  monthYear: (month, year) => `${month} ${year}`,
  now: 'gerade eben',
  minutes: (n) => `${n} Min.`,
  hours: (n) => `${n} Std.`,
  days: (n) => `${n} T.`,
};
