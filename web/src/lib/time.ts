// SPDX-License-Identifier: Apache-2.0
// Times in words. `absolute` reads the text of an RFC 3339 time in UTC, so that the server needs no clock and no zone;
// the client replaces it by `relative` once it runs.
import { m } from '$m/time';

export const day = (iso: string): string =>
  m.date(+iso.slice(8, 10), m.months[+iso.slice(5, 7) - 1] ?? '', iso.slice(0, 4));

export const absolute = (iso: string): string => `${day(iso)}, ${iso.slice(11, 16)}`;

export function exact(iso: string): string {
  return new Date(iso).toLocaleString(m.tag, { dateStyle: 'full', timeStyle: 'short' });
}

const minute = 60;
const hour = 60 * minute;
const dayLength = 24 * hour;

export function relative(iso: string, now: number): string {
  const date = new Date(iso);
  const age = (now - date.getTime()) / 1000;
  // Clocks differ a little; what lies further ahead is a date.
  if (age < -60) return day(iso);
  if (age < 45) return m.now;
  if (age < hour) return m.minutes(Math.max(1, Math.floor(age / minute)));
  if (age < dayLength) return m.hours(Math.floor(age / hour));
  if (age < 30 * dayLength) return m.days(Math.floor(age / dayLength));
  const month = m.months[date.getMonth()] ?? '';
  return date.getFullYear() === new Date(now).getFullYear()
    ? m.dayMonth(date.getDate(), month)
    : m.monthYear(month, String(date.getFullYear()));
}
