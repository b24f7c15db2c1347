// SPDX-License-Identifier: Apache-2.0
// Short notes at the edge of the page, with an undo where one is possible. Failures are told in the reader's words.
import { tick, type Component } from 'svelte';
import { Failure } from './api';

export interface Toast {
  id: number;
  text: string;
  bad?: boolean;
  action?: { label: string; run: () => void };
}

class Toasts {
  list = $state.raw<Toast[]>([]);
  // Draws them; loaded with the first one.
  component = $state.raw<Component | null>(null);
  #next = 1;

  async show(text: string, action?: Toast['action'], bad = false): Promise<void> {
    const id = this.#next++;
    this.component ??= (await import('./lazy/Toasts.svelte')).default;
    // The live region stands before there is something in it to read out.
    await tick();
    this.list = [...this.list.slice(-2), { id, text, bad, ...(action && { action }) }];
    setTimeout(() => this.drop(id), action || bad ? 10_000 : 5_000);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  async fail(error: unknown): Promise<void> {
    const { explain } = await import('./lazy/problems');
    if (!(error instanceof Failure)) console.error(error);
    await this.show(explain(error), undefined, true);
  }
}

export const toasts = new Toasts();
