// SPDX-License-Identifier: Apache-2.0
// The word at the caret that may be completed: a name after "@", an emoji after ":", begun where the server would read
// one, and not in code.
export interface Word {
  kind: '@' | ':';
  // Where its mark stands.
  from: number;
  typed: string;
}

const begun = /(?:^|[^\w/@.+=:-])(?:@((?:\w[\w.-]*)?)|:([a-z0-9_+][a-z0-9_+-]+))$/;

export function wordAt(value: string, caret: number): Word | null {
  const before = value.slice(0, caret);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const found = begun.exec(line);
  if (!found) return null;
  const fences = before.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0;
  if (fences % 2 || line.split('`').length % 2 === 0) return null;
  const typed = found[1] ?? found[2] ?? '';
  return { kind: found[2] === undefined ? '@' : ':', from: caret - typed.length - 1, typed };
}
