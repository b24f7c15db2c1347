// SPDX-License-Identifier: Apache-2.0
// What the panel offers, in one line of options that the arrow keys walk through, divided into groups to be seen.
import type { Member, NamedSuggestion, SuggestResponse, TopicSuggestion } from '$gen/types';
import { tagLink, userLink } from '$lib/links';
import { completed, searchLink, topicOf } from './query';

export type Option =
  | { kind: 'search'; href: string; q: string }
  | { kind: 'topic'; href: string; topic: TopicSuggestion }
  | { kind: 'category'; href: string; named: NamedSuggestion }
  | { kind: 'tag'; href: string; named: NamedSuggestion }
  | { kind: 'member'; href: string; member: Member }
  // Goes on in the field.
  | { kind: 'completion'; href: ''; text: string; word: string };

export interface Group {
  kind: Option['kind'];
  options: { option: Option; place: number }[];
}

export function optionsOf(q: string, found: SuggestResponse | null): Option[] {
  const typed = q.trim();
  if (!typed) return [];
  const { topic, rest } = topicOf(q);
  const all: Option[] = [{ kind: 'search', href: searchLink(typed), q: topic ? rest.trim() : typed }];
  if (!found) return all;
  const completions = found.completions.map((word): Option => ({ kind: 'completion', href: '', text: completed(q, word), word }));
  // Within a topic there is nothing else to go to.
  if (topic) return [...all, ...completions];
  return [
    ...all,
    ...found.topics.map((it): Option => ({ kind: 'topic', href: `/t/${it.slug || '-'}/${it.topicId}`, topic: it })),
    ...found.categories.map((named): Option => ({ kind: 'category', href: `/c/${encodeURIComponent(named.slug)}`, named })),
    ...found.tags.map((named): Option => ({ kind: 'tag', href: tagLink(named.slug), named })),
    ...found.members.map((member): Option => ({ kind: 'member', href: userLink(member.username), member })),
    ...completions,
  ];
}

export function grouped(options: Option[]): Group[] {
  const groups: Group[] = [];
  options.forEach((option, place) => {
    const last = groups.at(-1);
    if (last?.kind === option.kind) last.options.push({ option, place });
    else groups.push({ kind: option.kind, options: [{ option, place }] });
  });
  return groups;
}
