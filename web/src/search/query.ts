// SPDX-License-Identifier: Apache-2.0
// What was typed, as parts that can be taken out and put in. How a query is understood is the service's matter; here it
// is only edited.

// Words, "phrases", and operators whose value may stand in quotes; a quote that nobody closed goes to the end.
const part = /(?:[^\s"]|"[^"]*(?:"|$))+/g;

export const parts = (q: string): string[] => q.match(part) ?? [];

const is = (name: string) => (text: string) => text.toLowerCase().startsWith(`${name}:`);

export const has = (q: string, text: string): boolean => parts(q).some((it) => it.toLowerCase() === text.toLowerCase());

// Without the first part that reads so.
export function without(q: string, text: string): string {
  const all = parts(q);
  const at = all.indexOf(text);
  if (at >= 0) return all.toSpliced(at, 1).join(' ');
  return q.replace(text, ' ').replace(/\s+/g, ' ').trim();
}

export const withPart = (q: string, text: string): string => (has(q, text) ? q.trim() : `${q.trim()} ${text}`.trim());

// There is one order.
export function withOrder(q: string, order: string): string {
  const rest = parts(q).filter((it) => !is('order')(it)).join(' ');
  return order === 'relevance' ? rest : withPart(rest, `order:${order}`);
}

// From the first day of the year up to the first one of the next.
export function withYear(q: string, year: string): string {
  const rest = parts(q).filter((it) => !is('after')(it) && !is('before')(it)).join(' ');
  return withPart(rest, `after:${year} before:${+year + 1}`);
}

// A value with something in it that would end it.
export const operator = (name: string, value: string): string => `${name}:${/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;

export const searchLink = (q: string): string => (q.trim() ? `/search?q=${encodeURIComponent(q.trim())}` : '/search');

// The topic that a query stays within, if it does; and the words that remain.
export function topicOf(q: string): { topic: string; rest: string } {
  const all = parts(q);
  const mark = all.find((it) => /^topic:\d{1,19}$/i.test(it)) ?? '';
  return { topic: mark.slice('topic:'.length), rest: mark ? without(q, mark) : q };
}

// With words that were typed wrong as they were understood.
export const corrected = (q: string, corrections: { typed: string; used: string }[]): string =>
  parts(q).map((it) => corrections.find(({ typed }) => typed.toLowerCase() === it.toLowerCase())?.used ?? it).join(' ');

// The last word replaced by how it may go on.
export const completed = (q: string, word: string): string => `${q.replace(/\S+$/, '')}${word} `;

// What a topic that asks the same would be called.
export const asTitle = (q: string): string =>
  parts(q).filter((it) => !/^[-@]|^\w+:/.test(it)).map((it) => it.replaceAll('"', '')).join(' ').trim();
