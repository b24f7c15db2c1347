// SPDX-License-Identifier: Apache-2.0
// Posts as blocks: what kinds of blocks a post has, how long each is, and the tokens within.

export const PROSE = 0;
export const CODE = 1;
export const QUOTE = 2;
export const ITEM = 3;

const FENCE = /```[^\n]*\n([\s\S]*?)(?:```|$)|\[code[^\]]*\]([\s\S]*?)(?:\[\/code\]|$)/gi;
const QUOTED = /\[quote[^\]]*\]([\s\S]*?)(?:\[\/quote\]|$)/gi;
const MARKUP = /!\[[^\]]*\]\([^)]*\)|<[^>\n]{1,300}>|\[\/?(?:b|i|u|s|url|img|size|color|list|center|spoiler|\*)(?:=[^\]]*)?\]|[`]{2,}/gi;
// A path of names (`node->GetName`, `Math::Sin`) is one: real code says the same ones again and again.
const CODE_TOKEN = /[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)*|\d[\w.]*|\n[ \t]*|[^\S\n]+|[^\w\s]+/g;
const LONGEST_TOKEN = 60;

/** Text of Discourse's HTML, code fenced: for posts without Markdown. */
function textOf(cooked) {
  return cooked.replace(/<aside[\s\S]*?<\/aside>/g, ' ').replace(/<pre[^>]*>/g, '\n```\n').replace(/<\/pre>/g, '\n```\n')
    .replace(/<br[^>]*>/g, '\n').replace(/<\/p>/g, '\n\n').replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function proseTokens(text) {
  return (text.match(/\S+/g) ?? []).map((token) => (/^`[^`]+`\W?$/.test(token) ? token : token.replaceAll('`', '')))
    .filter((token) => token && token.length <= LONGEST_TOKEN);
}

/** [{kind, tokens}] of a post, in order. */
export function blocksOf(post) {
  const blocks = [];
  const prose = (text) => {
    for (const paragraph of text.split(/\n\s*\n/)) {
      for (const part of paragraph.split(/\n(?=\s*(?:[-*]|\d+[.)])\s)/)) {
        const item = /^\s*(?:[-*]|\d+[.)])\s/.exec(part);
        const tokens = proseTokens(part.slice(item?.[0].length ?? 0).replace(MARKUP, ' '));
        if (tokens.length) blocks.push({kind: item ? ITEM : PROSE, tokens});
      }
    }
  };
  const quoted = (text) => {
    let from = 0;
    for (const match of text.matchAll(QUOTED)) {
      prose(text.slice(from, match.index));
      blocks.push({kind: QUOTE, tokens: proseTokens(match[1].replace(MARKUP, ' '))});
      from = match.index + match[0].length;
    }
    prose(text.slice(from));
  };
  const text = post.raw || textOf(post.cooked ?? '');
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    quoted(text.slice(from, match.index));
    const tokens = (match[1] ?? match[2] ?? '').trim().match(CODE_TOKEN) ?? [];
    if (tokens.length) blocks.push({kind: CODE, tokens: tokens.filter((token) => token.length <= LONGEST_TOKEN)});
    from = match.index + match[0].length;
  }
  quoted(text.slice(from));
  return blocks;
}
