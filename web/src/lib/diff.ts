// SPDX-License-Identifier: Apache-2.0
// Differences between two texts, by lines and within changed lines by words; and merging two changes of one text.
export interface Piece {
  kind: 'same' | 'del' | 'add';
  text: string;
}
export interface Line {
  kind: Piece['kind'];
  pieces: Piece[];
}

// Beyond this many comparisons the middle counts as replaced as a whole.
const effort = 200_000;

// Longest common subsequence of what is left when equal ends are taken off, as pairs of indices.
function matches(a: string[], b: string[]): [number, number][] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) (endA--, endB--);
  const pairs: [number, number][] = [];
  for (let i = 0; i < start; i++) pairs.push([i, i]);
  const n = endA - start;
  const k = endB - start;
  if (n && k && n * k <= effort) {
    const width = k + 1;
    const table = new Uint32Array((n + 1) * width);
    for (let i = n - 1; i >= 0; i--)
      for (let j = k - 1; j >= 0; j--)
        table[i * width + j] = a[start + i] === b[start + j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    for (let i = 0, j = 0; i < n && j < k; ) {
      if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
      else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) i++;
      else j++;
    }
  }
  for (let i = endA, j = endB; i < a.length; i++, j++) pairs.push([i, j]);
  return pairs;
}

export function diff(a: string[], b: string[]): Piece[] {
  const out: Piece[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...matches(a, b), [a.length, b.length] as const]) {
    while (i < x) out.push({ kind: 'del', text: a[i++]! });
    while (j < y) out.push({ kind: 'add', text: b[j++]! });
    if (x < a.length) out.push({ kind: 'same', text: a[x]! });
    (i = x + 1), (j = y + 1);
  }
  return out;
}

const words = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

// Lines, each with what changed in it: a removed line followed by an added one is compared by words.
export function lines(before: string, after: string): Line[] {
  const out: Line[] = [];
  const all = diff(before.split('\n'), after.split('\n'));
  for (let i = 0; i < all.length; ) {
    if (all[i]!.kind === 'same') {
      out.push({ kind: 'same', pieces: [all[i++]!] });
      continue;
    }
    const gone: string[] = [];
    const come: string[] = [];
    for (; i < all.length && all[i]!.kind !== 'same'; i++) (all[i]!.kind === 'del' ? gone : come).push(all[i]!.text);
    const pairs = gone.map((text, n) => (n < come.length ? diff(words(text), words(come[n]!)) : [{ kind: 'del' as const, text }]));
    for (const pieces of pairs) out.push({ kind: 'del', pieces: pieces.filter((piece) => piece.kind !== 'add') });
    come.forEach((text, n) =>
      out.push({ kind: 'add', pieces: n < pairs.length ? pairs[n]!.filter((piece) => piece.kind !== 'del') : [{ kind: 'add', text }] }));
  }
  return out;
}

// Both changes of one text; where they touch the same lines, mine stands before theirs.
export function merge(base: string, mine: string, theirs: string): string {
  const origin = base.split('\n');
  const [a, b] = [mine.split('\n'), theirs.split('\n')];
  const inA = new Map(matches(origin, a));
  const inB = new Map(matches(origin, b));
  const out: string[] = [];
  let [i, j] = [0, 0];
  for (let x = 0, from = 0; x <= origin.length; x++) {
    const end = x === origin.length;
    const [y, z] = end ? [a.length, b.length] : [inA.get(x), inB.get(x)];
    if (y === undefined || z === undefined) continue;
    const [old, left, right] = [origin.slice(from, x), a.slice(i, y), b.slice(j, z)].map((part) => part.join('\n')) as [string, string, string];
    const [leftLines, rightLines] = [a.slice(i, y), b.slice(j, z)];
    if (left === right || right === old) out.push(...leftLines);
    else if (left === old) out.push(...rightLines);
    else out.push(...leftLines, ...rightLines);
    if (!end) out.push(origin[x]!);
    (i = y + 1), (j = z + 1), (from = x + 1);
  }
  return out.join('\n');
}
