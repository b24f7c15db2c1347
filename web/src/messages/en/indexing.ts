// SPDX-License-Identifier: Apache-2.0
// The administration's page of search: how the index is, what was looked for.
import { plural } from './plural';

const exact = (n: number | string): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export const m = {
  exact,
  bytes: (n: number) => {
    const i = n < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(n) / 3));
    return `${(n / 1000 ** i).toFixed(i > 1 ? 1 : 0)} ${units[i]}`;
  },
  title: 'Search',
  index: 'The index',
  state: 'State',
  states: { ABSENT: 'None yet', SERVING: 'In use', REBUILDING: 'In use, being rebuilt' } as Record<string, string>,
  topics: 'Topics',
  posts: 'Posts',
  words: 'Different words',
  size: 'On disk',
  ofText: (times: string) => `${times} times the text`,
  behind: 'Behind the forum',
  upToDate: 'up to date',
  seconds: (s: number) => (s < 1 ? 'under 1 s' : s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`),
  events: (n: string) => `${exact(n)} ${plural(+n, 'change', 'changes')}`,
  built: 'Built',
  causes: {
    FIRST: 'for the first time', ASKED: 'because somebody asked for it', DAMAGED: 'because the old one was damaged',
    LOG_LOST: 'because it had missed too much', FORMAT: 'for a new version of the program',
  } as Record<string, string>,
  instance: (name: string) => `Answered by ${name}. Each process has an index of its own.`,
  rebuild: 'Build it anew',
  rebuildHint: 'Needed only when something seems missing. The present index serves until the new one is ready.',
  rebuilding: 'The index is being built',
  progress: (done: string, total: string, perSecond: string) => `${done} of ${total} posts, ${perSecond} a second`,
  started: 'The index is being built anew.',
  done: 'The index is built.',
  none: 'There is no index yet: nothing can be found until it is built.',
  lost: 'No answer; asking again.',
  off: 'Search is switched off on this server',
  offText: 'Start the service and name its address in the configuration to have it.',
  away: 'The search service does not answer',
  awayText: 'Nothing is lost: the index catches up by itself. Look again in a moment.',
  again: 'Look again',
  lookedFor: 'What people look for',
  privacy: 'Counted by words; who asked is not kept. A query appears once two days or three searches had it.',
  searches: 'Searches',
  withoutResults: 'Without a result',
  clicked: 'A result opened',
  percent: (part: number) => `${Math.round(part * 100)} %`,
  lastDays: 'Searches a day',
  chart: (total: string, peak: string, day: string, without: string) => `Searches a day over the last 30 days: ${total} in total, ${without} of them without a result; at most ${peak}, on ${day}. The numbers are in the table below.`,
  chartEmpty: 'Nobody has searched in the last 30 days.',
  asTable: 'The numbers as a table',
  day: 'Day',
  query: 'Query',
  count: 'Searches',
  clicks: 'Opened',
  place: 'Place',
  top: 'Most asked',
  topWithoutResults: 'Found nothing',
  topWithoutClicks: 'Found, but nothing opened',
  topHint: 'Place: where the opened results stood on average.',
  withoutResultsHint: 'Topics that people expect here and nobody has written.',
  withoutClicksHint: 'There were results, but not the right ones, or their titles do not say so.',
  nothing: 'Nothing to tell yet',
};
