// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { ceiling, verdict, type Certificate } from './edge';

const certificate = (of: Partial<Certificate>): Certificate => ({ name: 'a', source: 'file', hosts: ['a'], notAfter: null, daysLeft: 90, state: 'valid', ...of });

describe('a certificate', () => {
  it('is worth a word when a person has to renew it, or when it did not renew itself', () => {
    expect(verdict(certificate({ daysLeft: 14 }))).toBe('good');
    expect(verdict(certificate({ daysLeft: 13 }))).toBe('soon');
    expect(verdict(certificate({ source: 'acme', daysLeft: 13 }))).toBe('good');
    expect(verdict(certificate({ source: 'acme', daysLeft: 6 }))).toBe('soon');
  });

  it('that ended says so, whatever else it says', () => {
    expect(verdict(certificate({ daysLeft: -1 }))).toBe('ended');
    expect(verdict(certificate({ source: 'acme', state: 'failing', daysLeft: -3 }))).toBe('ended');
    expect(verdict(certificate({ source: 'acme', state: 'failing', daysLeft: 60 }))).toBe('failing');
    expect(verdict(certificate({ source: 'acme', state: 'waiting', daysLeft: null }))).toBe('good');
  });
});

it('a plot ends at a round number', () => {
  expect([[0], [6], [11], [20], [49], [51], [999]].map(ceiling)).toEqual([5, 10, 20, 20, 50, 100, 1000]);
});
