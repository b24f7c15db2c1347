// SPDX-License-Identifier: Apache-2.0
// Places of categories: one that takes a place pushes those from there on down by one.
import type { Category } from '$gen/types';

export interface Move {
  id: string;
  position: number;
}

// What to change so that the category at `index` goes one place up (-1) or down (1); null at the ends.
export function move(categories: Category[], index: number, step: -1 | 1): Move | null {
  const one = categories[index];
  const other = categories[index + step];
  if (!one || !other) return null;
  const [upper, lower] = step < 0 ? [other, one] : [one, other];
  // Imported ones can share a place; then the upper one steps behind the lower.
  if (step > 0 || upper.position === lower.position) return { id: upper.id, position: lower.position + 1 };
  return { id: lower.id, position: upper.position };
}
