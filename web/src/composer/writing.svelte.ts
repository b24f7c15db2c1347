// SPDX-License-Identifier: Apache-2.0
// The reply or edit in the docked composer: what is written, its draft, and sending it.
import { tick } from 'svelte';
import type { Post } from '$gen/types';
import { Failure, get, patch, post } from '$lib/api';
import { docked, type Target } from '$lib/composer.svelte';
import { postLink } from '$lib/links';
import { go, light } from '$lib/router';
import { toasts } from '$lib/toasts.svelte';
import { m } from '$m/composer';
import { Draft } from './draft.svelte';

interface Written {
  raw: string;
  replyTo: number;
  // Of the text that an edit began with.
  revision: number;
}

export class Writing {
  raw = $state('');
  reason = $state('');
  busy = $state(false);
  title = $state('');
  editing = $state(false);
  // False until the text that is to be edited has come.
  ready = $state(true);
  draft: Draft<Written> | null = $state.raw(null);
  #target: Target | null = null;
  #replyTo = 0;
  #revision = 0;

  open(target: Target): void {
    const again = this.#target?.kind === 'reply' && target.kind === 'reply' && this.#target.stream === target.stream && this.draft;
    this.#target = target;
    if (target.kind === 'edit') return void this.#edit(target.post);
    if (!again) {
      this.draft = new Draft(`reply:${target.stream.topic.id}`);
      this.raw = this.draft.restored?.raw ?? '';
      this.#replyTo = target.replyTo || this.draft.restored?.replyTo || 0;
      if (this.raw) toasts.show(m.restored);
    } else if (target.replyTo) this.#replyTo = target.replyTo;
    if (target.quote) this.raw += (this.raw && !this.raw.endsWith('\n') ? '\n\n' : '') + target.quote;
    this.editing = false;
    this.ready = true;
    const answered = target.stream.posts.find((p) => p.number === this.#replyTo);
    this.title = answered && this.#replyTo > 1 ? m.replyTo(target.stream.author(answered.authorId).username) : m.replyTopic;
    if (target.quote) this.keep();
  }

  async #edit(edited: Post): Promise<void> {
    this.editing = true;
    this.ready = false;
    this.title = m.editing(edited.number);
    this.draft = new Draft(`edit:${edited.id}`);
    this.raw = this.draft.restored?.raw ?? '';
    try {
      const now = await get<Post>(`/posts/${edited.id}`);
      this.#revision = this.draft.restored?.revision ?? now.revision;
      if (!this.draft.restored) this.raw = now.raw;
      this.ready = true;
    } catch (error) {
      docked.target = null;
      void toasts.fail(error);
    }
  }

  #values = (): Written => ({ raw: this.raw, replyTo: this.#replyTo, revision: this.#revision });

  keep(): void {
    this.draft?.keep(this.#values());
  }

  async send(): Promise<void> {
    const target = this.#target;
    if (!target || this.busy || !this.raw.trim()) return;
    this.busy = true;
    this.keep();
    this.draft?.flush();
    try {
      if (target.kind === 'edit') await this.#save(target);
      else await this.#reply(target);
    } catch (error) {
      if (target.kind === 'edit' && error instanceof Failure && error.problem.reason === 'EDIT_CONFLICT') {
        // The page for it shows both versions; it finds this text as the draft.
        docked.target = null;
        void go(`/p/${target.post.id}/edit`);
      } else void toasts.fail(error);
    } finally {
      this.busy = false;
    }
  }

  #done(): void {
    this.draft?.clear();
    this.raw = '';
    this.reason = '';
    this.#target = null;
    docked.target = null;
  }

  async #reply(target: Extract<Target, { kind: 'reply' }>): Promise<void> {
    const { stream } = target;
    const made = await post<Post>(`/topics/${stream.topic.id}/posts`, { raw: this.raw, replyTo: this.#replyTo }, this.draft!.key);
    this.#done();
    stream.put(made);
    await tick();
    const shown = document.getElementById(`p${made.number}`);
    if (!shown) return void go(postLink(stream.topic, made.number));
    shown.scrollIntoView({ block: 'center' });
    shown.focus({ preventScroll: true });
    light(shown);
    toasts.show(m.sent);
  }

  async #save(target: Extract<Target, { kind: 'edit' }>): Promise<void> {
    const saved = await patch<Post>(`/posts/${target.post.id}`, { raw: this.raw, revision: this.#revision, reason: this.reason });
    this.#done();
    target.stream.put(saved);
  }
}
