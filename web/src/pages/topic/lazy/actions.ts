// SPDX-License-Identifier: Apache-2.0
// What the buttons of a topic do with JavaScript: at once on the page, then on the server; undone when that fails, and
// undoable where it can be.
import { del, post as send, put } from '$lib/api';
import { openComposer } from '$lib/composer.svelte';
import { postLink } from '$lib/links';
import type { Props } from '$lib/props';
import { go } from '$lib/router';
import { toasts } from '$lib/toasts.svelte';
import { m as frame } from '$m/frame';
import { m } from '$m/topic';
import type { Post, Topic } from '$gen/types';
import type { Stream } from '../stream.svelte';
import { expand } from './expand';

async function change(stream: Stream, post: Post, next: Partial<Post>, call: () => Promise<Post>): Promise<boolean> {
  stream.put({ ...post, ...next });
  try {
    await call();
    return true;
  } catch (error) {
    stream.put(post);
    void toasts.fail(error);
    return false;
  }
}

const like = (stream: Stream, post: Post) =>
  change(stream, post, { liked: !post.liked, likesCount: post.likesCount + (post.liked ? -1 : 1) }, () =>
    post.liked ? del(`/posts/${post.id}/reactions/like`) : put(`/posts/${post.id}/reactions/like`));

const restore = (stream: Stream, post: Post) =>
  change(stream, post, { state: 'VISIBLE' }, () => send(`/posts/${post.id}/restore`));

const hide = (stream: Stream, post: Post, hidden: boolean) =>
  change(stream, post, { state: hidden ? 'HIDDEN' : 'VISIBLE' }, () => put(`/posts/${post.id}/hidden`, { hidden }));

async function remove(stream: Stream, post: Post): Promise<void> {
  if (await change(stream, post, { state: 'DELETED', canDelete: true }, () => del(`/posts/${post.id}`)))
    toasts.show(m.postDeleted, { label: frame.undo, run: () => void restore(stream, { ...post, state: 'DELETED' }) });
}

async function accept(stream: Stream, post: Post): Promise<void> {
  const accepted = !post.accepted;
  const before = stream.topic;
  stream.update({
    acceptedPostNumber: accepted ? post.number : 0,
    posts: stream.posts.map((p) => ({ ...p, accepted: accepted && p.id === post.id })),
  });
  await put(`/posts/${post.id}/accepted`, { accepted }).catch((error) => {
    stream.update({ acceptedPostNumber: before.acceptedPostNumber, posts: before.posts });
    void toasts.fail(error);
  });
}

const keep = ({ closed, pinned, state, stateReason, title, tags, categoryId }: Topic) => ({ closed, pinned, state, stateReason, title, tags, categoryId });

async function moderate(stream: Stream, action: string): Promise<void> {
  stream.update(keep(await send<Topic>(`/topics/${stream.topic.id}/moderation`, { action })));
}

async function removeTopic(stream: Stream): Promise<void> {
  stream.update(keep(await del<Topic>(`/topics/${stream.topic.id}`)));
  toasts.show(m.topicDeleted, { label: frame.undo, run: () => void restoreTopic(stream).catch((e) => toasts.fail(e)) });
}

async function restoreTopic(stream: Stream): Promise<void> {
  stream.update(keep(await send<Topic>(`/topics/${stream.topic.id}/restore`)));
}

async function copy(stream: Stream, post: Post): Promise<void> {
  await navigator.clipboard.writeText(new URL(postLink(stream.topic, post.number), location.href).href);
  toasts.show(m.linkCopied);
}

export async function act(target: HTMLElement, stream: Stream, p: Props<'topic'>): Promise<void> {
  const post = stream.find(target.closest<HTMLElement>('.post')?.dataset.id ?? '') as Post;
  try {
    switch (target.dataset.do) {
      case 'like': return void (await like(stream, post));
      case 'delete': return await remove(stream, post);
      case 'restore': return void (await restore(stream, post));
      case 'hide': return void (await hide(stream, post, true));
      case 'show': return void (await hide(stream, post, false));
      case 'accept': return await accept(stream, post);
      case 'copy': return await copy(stream, post);
      case 'expand': return await expand(target as HTMLAnchorElement, stream, post);
      case 'reply': return void (await openComposer({ kind: 'reply', stream, replyTo: post?.number ?? 0 }));
      case 'edit': return void (await openComposer({ kind: 'edit', stream, post }));
      case 'moderate': return await moderate(stream, (target as HTMLButtonElement).value);
      case 'delete-topic': return await removeTopic(stream);
      case 'restore-topic': return await restoreTopic(stream);
      case 'edit-topic': return (await import('./edit-topic')).editTopic(stream, p.categories);
    }
  } catch (error) {
    if (target instanceof HTMLAnchorElement) void go(target.href);
    else void toasts.fail(error);
  }
}
