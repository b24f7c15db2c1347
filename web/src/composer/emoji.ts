// SPDX-License-Identifier: Apache-2.0
// Common ones, by the names that the server knows.
export const emoji: [string, string][] = [
  ['+1', '👍'], ['-1', '👎'], ['smile', '😄'], ['joy', '😂'], ['wink', '😉'], ['thinking', '🤔'], ['cry', '😢'], ['heart', '❤️'],
  ['tada', '🎉'], ['clap', '👏'], ['pray', '🙏'], ['wave', '👋'], ['eyes', '👀'], ['fire', '🔥'], ['rocket', '🚀'], ['100', '💯'],
  ['bulb', '💡'], ['bug', '🐛'], ['warning', '⚠️'], ['white_check_mark', '✅'], ['x', '❌'], ['question', '❓'], ['coffee', '☕'], ['star', '⭐'],
];
