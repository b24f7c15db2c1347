// SPDX-License-Identifier: Apache-2.0
// Selecting text in a post offers to quote it.
import { openComposer } from '$lib/composer.svelte';
import { m } from '$m/topic';
import type { Stream } from '../stream.svelte';

// As the server reads it: who said it, and where.
export function quoteOf(name: string, number: number, topicId: string, text: string): string {
  return `[quote="${name}, post:${number}, topic:${topicId}"]\n${text.trim()}\n[/quote]\n\n`;
}

export function watchSelection(page: HTMLElement, stream: Stream): () => void {
  if (!stream.topic.allowed?.reply) return () => {};
  const button = document.createElement('button');
  button.className = 'btn primary quoting';
  button.textContent = m.quote;
  button.hidden = true;
  page.append(button);
  let take = () => {};
  button.onmousedown = (event) => event.preventDefault();
  button.onclick = () => take();

  const look = () => {
    const selection = getSelection();
    const text = selection?.toString() ?? '';
    const prose = selection?.anchorNode?.parentElement?.closest('.post .prose');
    const post = prose?.closest<HTMLElement>('.post');
    button.hidden = !text.trim() || !post || !prose?.contains(selection?.focusNode ?? null);
    if (button.hidden || !post) return;
    const box = selection!.getRangeAt(0).getBoundingClientRect();
    button.style.top = `${Math.max(64, box.top - 48)}px`;
    button.style.left = `${Math.min(innerWidth - 120, Math.max(8, box.left))}px`;
    take = () => {
      const number = Number(post.id.slice(1));
      const found = stream.posts.find((p) => p.number === number);
      const name = stream.author(found?.authorId ?? '').username;
      void openComposer({ kind: 'reply', stream, replyTo: number, quote: quoteOf(name, number, stream.topic.id, text) });
      selection!.removeAllRanges();
    };
  };
  const hide = () => (button.hidden = true);
  document.addEventListener('selectionchange', look);
  addEventListener('scroll', hide, { passive: true });
  return () => {
    document.removeEventListener('selectionchange', look);
    removeEventListener('scroll', hide);
    button.remove();
  };
}
