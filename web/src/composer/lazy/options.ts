// SPDX-License-Identifier: Apache-2.0
// What a word may become: people of the topic before those of the latest topics, emoji by name; what begins like the
// word before what has it inside.
import { names } from '$emoji';
import type { Author, ListTopicsResponse } from '$gen/types';
import { get } from '$lib/api';
import type { Word } from '../word';

export interface Option {
  // What replaces the word.
  text: string;
  name: string;
  // Of a person: the display name.
  more?: string;
  // Of an emoji: the character.
  sign?: string;
}

const most = 6;
const parts = names.split(' ');
const emoji: Option[] = [];
for (let i = 0; i < parts.length; i += 2) emoji.push({ text: `:${parts[i]}: `, name: parts[i]!, sign: parts[i + 1]! });

// Asked for once a visit; without an answer the topic's own people remain.
let others: Promise<Author[]> | undefined;
const recent = () => (others ??= get<ListTopicsResponse>('/topics?page_size=100').then((list) => list.authors, () => []));

export function matching(options: Option[], typed: string): Option[] {
  const wanted = typed.toLowerCase();
  const first: Option[] = [];
  const second: Option[] = [];
  for (const option of options) {
    const words = [option.name, option.more ?? ''].map((word) => word.toLowerCase());
    if (words.some((word) => word && word.startsWith(wanted))) first.push(option);
    else if (wanted.length > 1 && words.some((word) => word.includes(wanted))) second.push(option);
  }
  return [...first, ...second].slice(0, most);
}

function persons(authors: Author[]): Option[] {
  const known = new Map(authors.filter((author) => author.username).map((author) => [author.id, author]));
  return [...known.values()].map(({ username, displayName }) => ({ text: `@${username} `, name: username, more: displayName }));
}

// `show` is called again when more have come.
export async function find(word: Word, here: Author[], show: (options: Option[]) => void): Promise<void> {
  if (word.kind === ':') return show(matching(emoji, word.typed));
  show(matching(persons(here), word.typed));
  const all = [...here, ...(await recent())];
  show(matching(persons(all), word.typed));
}
