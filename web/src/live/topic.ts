// SPDX-License-Identifier: Apache-2.0
// What happens in the topic that is open: posts that come, change, go and are liked, the topic's own changes, who is here.
import { mount, tick, unmount } from 'svelte';
import type { ListPostsResponse, Post, Topic } from '$gen/types';
import { get } from '$lib/api';
import { postLink } from '$lib/links';
import type { Props } from '$lib/props';
import { isModerator } from '$lib/roles';
import { go } from '$lib/router';
import { m } from '$m/live';
import type { Stream } from '../pages/topic/stream.svelte';
import type { Message } from './connection';
import Here from './Here.svelte';
import type { Follower } from './live';
import Pill from './Pill.svelte';
import { presence } from './presence.svelte';
import { steady } from './steady';
import { Unseen } from './unseen.svelte';

interface Context {
  element: HTMLElement;
  stream: Stream;
  p: Props<'topic'>;
  // It stands as it was when it was left.
  returned: boolean;
}

const pageSize = 100;

export function join({ element, stream, p, returned }: Context): Follower {
  const me = p.me?.id ?? '';
  const moderator = isModerator(p.me);
  const fresh = new Set<number>();
  const unseen = new Unseen(m.newPosts);
  const count = () => unseen.set(fresh.size);
  // What has a higher number comes while one looks.
  let newest = stream.topic.lastPostNumber;
  const posts = () => element.querySelectorAll('.post, .small');

  // A post that came is unseen until it is on the screen.
  const eye = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const number = +target.id.slice(1);
      if (!isIntersecting) fresh.add(number);
      else {
        fresh.delete(number);
        eye.unobserve(target);
      }
    }
    count();
  });
  function watch(number: number): void {
    const post = document.getElementById(`p${number}`);
    if (!post || document.hidden) fresh.add(number);
    if (post) {
      post.classList.add('come');
      eye.observe(post);
    }
    count();
  }

  // What is one's own about a post is not in what everybody is told.
  function personal(post: Post): Post {
    const { liked = false, canEdit = moderator || post.authorId === me, canDelete = canEdit } = stream.find(post.id) ?? {};
    return { ...post, liked, canEdit, canDelete };
  }

  function take(all: Post[]): void {
    const come = all.filter((post) => !stream.find(post.id) && post.number > newest && post.authorId !== me);
    const known = all.filter((post) => (stream.find(post.id)?.revision ?? (post.number > stream.last ? 0 : Infinity)) <= post.revision);
    if (known.length) steady(posts(), () => known.forEach((post) => stream.put(post)));
    newest = Math.max(newest, ...all.map((post) => post.number));
    for (const { number } of come) watch(number);
  }

  async function created(post: Post): Promise<void> {
    presence.wrote(post.authorId);
    // What is missing in between was made before this page listened.
    if (!stream.topic.nextPageToken && post.number > stream.last + 1) await later();
    else take([personal(post)]);
  }

  const pageOf = (from: number) => get<ListPostsResponse>(`/topics/${stream.topic.id}/posts?page_size=${pageSize}&from=${from}`);

  async function later(): Promise<void> {
    if (stream.topic.nextPageToken) return;
    for (let more = true; more; ) {
      const page = await pageOf(stream.last + 1);
      take(page.posts.map((post) => ({ ...post, author: page.authors.find((author) => author.id === post.authorId)! })));
      more = !!page.nextPageToken && page.posts.length > 0;
    }
  }

  // All of it anew: what was told meanwhile is lost.
  async function again(): Promise<void> {
    const topic = await get<Topic>(`/topics/${stream.topic.id}?page_size=1`);
    for (let from = stream.first, last = stream.last; from <= last; ) {
      const page = await pageOf(from);
      if (!page.posts.length) break;
      take(page.posts.filter((post) => stream.find(post.id)));
      from = page.posts.at(-1)!.number + 1;
    }
    await later();
    about(topic);
    stream.update({ allowed: topic.allowed! });
  }

  function about({ title, slug, tags, categoryId, closed, pinned, archived, state, stateReason, acceptedPostNumber, postsCount, likesCount, viewsCount, participantsCount, lastPostNumber, lastPostedAt }: Topic): void {
    const before = stream.topic;
    const accepted = stream.posts.map((post) => (post.accepted === (post.number === acceptedPostNumber) ? post : { ...post, accepted: !post.accepted }));
    steady(posts(), () => stream.update({ title, slug, tags, categoryId, closed, pinned, archived, state, stateReason, acceptedPostNumber, postsCount, likesCount, viewsCount, participantsCount, lastPostNumber, lastPostedAt: lastPostedAt!, posts: accepted }));
    if (title !== before.title) document.title = document.title.replace(before.title, () => title);
  }

  async function happened({ kind, post, postId, topic, reactions, users, typing, count: readers, guests }: Message): Promise<void> {
    const known = stream.find(postId ?? post?.id);
    switch (kind) {
      case 'presence': return presence.see(me, users, typing, readers, guests);
      case 'post.created': return created(post);
      case 'post.changed': return known ? take([personal(post)]) : undefined;
      case 'post.removed': return known && take([{ ...known, state: 'DELETED', html: moderator ? known.html : '' }]);
      case 'post.reactions': return known && take([{ ...known, likesCount: reactions.likesCount ?? reactions.like ?? 0 }]);
      case 'topic.removed': return stream.update({ state: 'DELETED' });
      case 'topic.changed':
      case 'topic.bumped': {
        const reopened = topic.closed !== stream.topic.closed;
        about(topic);
        if (reopened && me) stream.update({ allowed: (await get<Topic>(`/topics/${topic.id}?page_size=1`)).allowed! });
      }
    }
  }

  function forward(): void {
    const number = Math.min(...fresh);
    const post = document.getElementById(`p${number}`);
    if (!post) return void go(postLink(stream.topic, number));
    post.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    post.focus({ preventScroll: true });
  }

  // Posts that were counted before they were loaded.
  const loaded = new MutationObserver(() => fresh.forEach((number) => document.getElementById(`p${number}`) && watch(number)));
  loaded.observe(element.querySelector('.posts')!, { childList: true });
  const here = mount(Here, { target: element.querySelector('.here')! });
  const pill = mount(Pill, { target: element.querySelector('.sheet')!, props: { unseen, icon: 'down', go: forward } });
  return {
    async hear(message) {
      if (message.type === 'event') await happened(message);
      else if (message.type === 'subscribed' && !returned) await later();
      else if (message.type === 'revoked' && message.channel!.startsWith('topic')) void go(location.href, true);
      else if (message.type !== 'revoked' && message.type !== 'refused') await again();
      await tick();
    },
    leave() {
      eye.disconnect();
      loaded.disconnect();
      presence.clear();
      void unmount(here);
      void unmount(pill);
    },
  };
}
