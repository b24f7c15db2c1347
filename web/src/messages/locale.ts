// SPDX-License-Identifier: Apache-2.0
// The language of the render that runs now. Only the SSR bundle switches it; a client build has one language.
const listeners: ((locale: string) => void)[] = [];
let current = '';

export function onLocale(listener: (locale: string) => void): void {
  listeners.push(listener);
}

export function setLocale(locale: string): void {
  if (locale === current) return;
  current = locale;
  for (const listener of listeners) listener(locale);
}
