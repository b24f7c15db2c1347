// SPDX-License-Identifier: Apache-2.0
// What the toolbar does to the text: pure functions from a text with a selection to the piece that replaces it.
export interface Edit {
  // What is replaced, and by what.
  from: number;
  to: number;
  text: string;
  // What is selected afterwards.
  select: [number, number];
}

// **word**, or the marks taken away again.
export function wrap(value: string, from: number, to: number, mark: string, end = mark, filler = ''): Edit {
  const inner = value.slice(from, to);
  const around = value.slice(from - mark.length, from) === mark && value.slice(to, to + end.length) === end;
  if (around) {
    return { from: from - mark.length, to: to + end.length, text: inner, select: [from - mark.length, to - mark.length] };
  }
  const text = inner || filler;
  return { from, to, text: mark + text + end, select: [from + mark.length, from + mark.length + text.length] };
}

// "> " before each line of the selection, or taken away where each has it.
export function prefix(value: string, from: number, to: number, mark: string): Edit {
  const start = value.lastIndexOf('\n', from - 1) + 1;
  const end = value.indexOf('\n', to) < 0 ? value.length : value.indexOf('\n', to);
  const lines = value.slice(start, end).split('\n');
  const marked = lines.every((line) => line.startsWith(mark));
  const text = lines.map((line) => (marked ? line.slice(mark.length) : mark + line)).join('\n');
  return { from: start, to: end, text, select: [start + text.length, start + text.length] };
}

export function link(value: string, from: number, to: number, filler: string): Edit {
  const inner = value.slice(from, to);
  if (/^https?:\/\/\S+$/.test(inner)) {
    return { from, to, text: `[${filler}](${inner})`, select: [from + 1, from + 1 + filler.length] };
  }
  const label = inner || filler;
  return { from, to, text: `[${label}](https://)`, select: [from + label.length + 3, from + label.length + 11] };
}

export function code(value: string, from: number, to: number): Edit {
  return value.slice(from, to).includes('\n') ? wrap(value, from, to, '```\n', '\n```') : wrap(value, from, to, '`');
}

// Enter in a list begins the next item; in an empty item it ends the list.
export function nextItem(value: string, at: number): Edit | null {
  const start = value.lastIndexOf('\n', at - 1) + 1;
  const line = value.slice(start, at);
  const found = /^(\s*)([-*+]|\d+[.)]|>)( \[[ x]\])? /.exec(line);
  if (!found) return null;
  if (found[0].length === line.length) return { from: start, to: at, text: '', select: [start, start] };
  const number = Number.parseInt(found[2]!, 10);
  const bullet = Number.isNaN(number) ? found[2]! : `${number + 1}${found[2]!.at(-1)}`;
  const text = `\n${found[1]}${bullet}${found[3] ? ' [ ]' : ''} `;
  return { from: at, to: at, text, select: [at + text.length, at + text.length] };
}
