// SPDX-License-Identifier: Apache-2.0
// What is learnt of a real forum: its topics without their words (skeletons: who answers whom and when, how long, with how many
// likes), and its words without their topics (chains, laws of growth).
import {readLines} from '../../search/quality/lines.mjs';
import {blocksOf, CODE, PROSE, QUOTE} from './blocks.mjs';
import {Chain} from './chain.mjs';
import {Growth, Identifiers, Letters, Numbers, wordsIn} from './vocabulary.mjs';

const LIKE = 2;
const COMMON_WORDS = 200;

/** @param {string} path JSON lines, packed with xz or not. */
export async function learn(path) {
  const topics = [];
  for await (const line of readLines(path)) topics.push(readTopic(JSON.parse(line)));
  const texts = learnTexts(topics);
  const skeletons = topics.map(skeletonOf);
  const posts = topics.flatMap((topic) => topic.posts);
  const authors = new Map(posts.map((post) => [post.userId, post.username]));
  return {
    ...texts, skeletons, authors, posts: posts.length,
    peoplesLaw: lawOf(posts.map((post) => post.userId)), authorOfPosts: posts.map((post) => post.userId),
    lastTopic: Math.max(...topics.map((topic) => topic.id)), lastPost: posts.reduce((last, post) => Math.max(last, post.id), 0),
    from: posts.reduce((time, post) => Math.min(time, post.at), Infinity), until: posts.reduce((time, post) => Math.max(time, post.at), 0),
    rawShare: posts.filter((post) => post.hasRaw).length / posts.length,
  };
}

function readTopic(json) {
  return {
    id: json.id, title: json.title.match(/\S+/g) ?? [], category: json.category_id, views: json.views, closed: json.closed,
    posts: json.post_stream.posts.map((post) => ({
      id: post.id, number: post.post_number, replyTo: post.reply_to_post_number ?? 0, userId: post.user_id, username: post.username,
      at: Date.parse(post.created_at), type: post.post_type, accepted: post.accepted_answer === true,
      likes: post.actions_summary?.find(({id}) => id === LIKE)?.count ?? 0, hasRaw: Boolean(post.raw), blocks: blocksOf(post),
    })),
  };
}

function lawOf(values) {
  const growth = new Growth();
  values.forEach((value) => growth.add(value));
  return growth.law();
}

function learnTexts(topics) {
  const numbers = new Numbers();
  const chains = {prose: new Chain(numbers), code: new Chain(numbers), title: new Chain(numbers)};
  const growths = {prose: new Growth(), code: new Growth(), title: new Growth(), all: new Growth()};
  const said = [];
  const take = (kind, tokens) => {
    chains[kind].learn(tokens, (word) => {
      growths[kind].add(word);
      growths.all.add(word);
      said[word] = (said[word] ?? 0) + 1;
    });
  };
  // In the order of time, for vocabulary grows with it.
  const parts = topics.flatMap((topic) => [{id: topic.posts[0].id - 0.5, title: topic.title},
    ...topic.posts.map(({id, blocks}) => ({id, blocks}))]);
  parts.sort((a, b) => a.id - b.id);
  for (const {title, blocks} of parts) {
    if (title) take('title', title);
    for (const {kind, tokens} of blocks ?? []) if (kind !== QUOTE) take(kind === CODE ? 'code' : 'prose', tokens);
  }
  chains.prose.finish({jump: 0.06, jumpFromFew: 0.4});
  chains.code.finish({jump: 0.01, jumpFromFew: 0.3});
  chains.title.finish({jump: 0.1, jumpFromFew: 0.4});
  const vocabulary = new Set(numbers.values());
  const counts = new Map([...vocabulary].map((word, number) => [word, said[number]]));
  const common = new Set([...counts].sort((a, b) => b[1] - a[1]).slice(0, COMMON_WORDS).map(([word]) => word));
  const rare = (chain, shape) => chain.texts.filter((text) => shape.test(text) && counts.get(text.toLowerCase()) <= 3);
  return {
    chains, common, vocabulary,
    laws: Object.fromEntries(Object.entries(growths).map(([name, growth]) => [name, growth.law()])),
    newWords: new Letters(rare(chains.prose, /^[\p{L}\p{N}]{3,20}$/u)),
    newNames: new Identifiers(rare(chains.code, /^[A-Za-z_]\w{3,40}$/)),
    aboutTitle: shareAboutTitle(topics, common), tags: commonInTitles(topics, common),
  };
}

/** How many of the words of posts are words of their topic's title, beyond those that would be anyway. */
function shareAboutTitle(topics, common) {
  const keysOf = (topic) => new Set(wordsIn(topic.title.join(' ')).filter((word) => word.length > 2 && !common.has(word)));
  let [all, own, chance] = [0, 0, 0];
  topics.forEach((topic, i) => {
    const keys = keysOf(topic);
    const others = keysOf(topics[(i + 1009) % topics.length]);
    for (const post of topic.posts) {
      for (const {kind, tokens} of post.blocks) {
        if (kind !== PROSE) continue;
        for (const word of wordsIn(tokens.join(' '))) {
          ++all;
          if (keys.has(word)) ++own;
          if (others.has(word)) ++chance;
        }
      }
    }
  });
  return (own - chance) / all;
}

/** What a community like this would tag with: the words of most titles. */
function commonInTitles(topics, common) {
  const counts = new Map();
  for (const topic of topics) {
    for (const word of new Set(wordsIn(topic.title.join(' ')))) {
      if (/^[a-z]{4,}$/.test(word) && !common.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return new Set([...counts].sort((a, b) => b[1] - a[1]).slice(0, 80).map(([word]) => word));
}

function skeletonOf(topic) {
  const began = topic.posts[0].at;
  const people = [...new Set(topic.posts.map((post) => post.userId))];
  return {
    title: topic.title.length, category: topic.category, views: topic.views, closed: topic.closed, people: people.length,
    timeOfDay: began % 86_400_000,
    posts: topic.posts.map((post) => ({
      number: post.number, replyTo: post.replyTo, person: people.indexOf(post.userId), after: post.at - began, type: post.type,
      accepted: post.accepted, likes: post.likes, blocks: post.blocks.map(({kind, tokens}) => [kind, tokens.length]),
    })),
  };
}
