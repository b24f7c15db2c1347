// SPDX-License-Identifier: Apache-2.0
// What was looked for lately, on this device only: the latest first, each once.
const key = 'forium.searches';
export const most = 10;
const longest = 200;

export function recent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((it): it is string => typeof it === 'string' && !!it && it.length <= longest).slice(0, most) : [];
  } catch {
    // Forbidden, or not ours.
    return [];
  }
}

function keep(list: string[]): string[] {
  try {
    if (list.length) localStorage.setItem(key, JSON.stringify(list));
    else localStorage.removeItem(key);
  } catch {
    // Full or forbidden: it was a convenience.
  }
  return list;
}

const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();

export function remember(q: string): void {
  const text = q.trim().replace(/\s+/g, ' ');
  if (text && text.length <= longest) keep([text, ...recent().filter((it) => !same(text)(it))].slice(0, most));
}

export const forgetOne = (q: string): string[] => keep(recent().filter((it) => it !== q));
export const forgetAll = (): string[] => keep([]);
