// SPDX-License-Identifier: Apache-2.0
// Shows the post that is answered, above the answer, and takes it away again.
import type { Post } from '$gen/types';
import { get } from '$lib/api';
import type { ListPostsResponse } from '$gen/types';
import type { Stream } from '../stream.svelte';

export async function expand(chip: HTMLAnchorElement, stream: Stream, post: Post): Promise<void> {
  const article = chip.closest('.post')!;
  const shown = article.querySelector('.answered');
  if (shown) {
    shown.remove();
    chip.setAttribute('aria-expanded', 'false');
    return;
  }
  let answered = stream.posts.find((p) => p.number === post.replyTo);
  if (!answered) {
    const page = await get<ListPostsResponse>(`/topics/${stream.topic.id}/posts?from=${post.replyTo}&page_size=1`);
    answered = page.posts.find((p) => p.number === post.replyTo);
  }
  if (!answered) return;
  const box = document.createElement('blockquote');
  box.className = 'answered prose';
  // Cooked and sanitised by the server, as in the post itself.
  box.innerHTML = answered.html;
  article.querySelector('.prose, .gone')!.before(box);
  chip.setAttribute('aria-expanded', 'true');
}
