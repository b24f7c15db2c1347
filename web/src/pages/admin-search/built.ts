// SPDX-License-Identifier: Apache-2.0
// When an index was built, as it stands in a sentence: `3 minutes ago`, or `on 5 Mar 2026` when that is long ago.
import { absolute, day } from '$lib/time';
import type { m as Messages } from '$m/indexing';

const minute = 60;
const hour = 60 * minute;
const dayLength = 24 * hour;

/** `now` 0: there is no clock yet, as on the server. */
export function builtWhen(iso: string, now: number, { ago }: typeof Messages): string {
  if (!now) return ago.on(absolute(iso));
  const age = (now - Date.parse(iso)) / 1000;
  if (age < -minute || age >= 30 * dayLength) return ago.on(day(iso));
  if (age < minute) return ago.now;
  if (age < hour) return ago.minutes(Math.floor(age / minute));
  return age < dayLength ? ago.hours(Math.floor(age / hour)) : ago.days(Math.floor(age / dayLength));
}
