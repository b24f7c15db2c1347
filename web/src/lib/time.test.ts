// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { absolute, day, relative } from './time';

const now = Date.parse('2026-11-21T12:00:00Z');
const ago = (seconds: number) => relative(new Date(now - seconds * 1000).toISOString(), now);

describe('time', () => {
  it('is absolute without a clock or a zone', () => {
    expect(day('2026-03-05T23:59:59.999Z')).toBe('5 Mar 2026');
    expect(absolute('2026-03-05T07:08:09Z')).toBe('5 Mar 2026, 07:08');
  });

  it('is relative near by', () => {
    expect(ago(5)).toBe('just now');
    expect(ago(50)).toBe('1 min');
    expect(ago(3599)).toBe('59 min');
    expect(ago(2 * 3600 + 5)).toBe('2 h');
    expect(ago(3 * 86400)).toBe('3 d');
  });

  it('is a date far off, and ahead', () => {
    expect(ago(60 * 86400)).toMatch(/^\d+ Sep$/);
    expect(ago(800 * 86400)).toMatch(/ 2024$/);
    expect(ago(-30 * 86400)).toBe('21 Dec 2026');
  });
});
