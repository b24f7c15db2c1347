// SPDX-License-Identifier: Apache-2.0
// Deutsch: eines, und jede andere Zahl davon.
export const plural = (n: number, one: string, other: string): string => (n === 1 ? one : other);

// 1234 → 1,2k, damit Spalten schmal bleiben.
export const count = (n: number): string =>
  n < 1000 ? `${n}` : n < 9950 ? `${(n / 1000).toFixed(1).replace('.', ',')}k` : n < 999_500 ? `${Math.round(n / 1000)}k` : `${(n / 1e6).toFixed(1).replace('.', ',')}M`;
