// SPDX-License-Identifier: Apache-2.0
// English: one thing, and any other number of them.
export const plural = (n: number, one: string, other: string): string => (n === 1 ? one : other);

// 1234 → 1.2k, so that columns stay narrow.
export const count = (n: number): string =>
  n < 1000 ? `${n}` : n < 9950 ? `${(n / 1000).toFixed(1)}k` : n < 999_500 ? `${Math.round(n / 1000)}k` : `${(n / 1e6).toFixed(1)}M`;
