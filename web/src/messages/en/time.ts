// SPDX-License-Identifier: Apache-2.0
export const m = {
  tag: 'en',
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  date: (day: number, month: string, year: string) => `${day} ${month} ${year}`,
  dayMonth: (day: number, month: string) => `${day} ${month}`,
  monthYear: (month: string, year: string) => `${month} ${year}`,
  now: 'just now',
  minutes: (n: number) => `${n} min`,
  hours: (n: number) => `${n} h`,
  days: (n: number) => `${n} d`,
};
