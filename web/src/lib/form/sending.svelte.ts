// SPDX-License-Identifier: Apache-2.0
// A form on its way: busy or not, and the problem that came back. Starts with the one that the server rendered.
import { Failure } from '../api';
import type { Problem, SentForm } from '../props';

export class Sending {
  busy = $state(false);
  problem: Problem | null = $state.raw(null);

  constructor(form?: SentForm | null) {
    this.problem = form?.error ?? null;
  }

  // For onsubmit: `run(event, async (values) => …)`, with the fields of the form by name.
  async run(event: SubmitEvent, send: (values: Record<string, string>) => Promise<void>): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const form = event.target as HTMLFormElement;
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(form)) if (!name.startsWith('_')) values[name] = String(value);
    this.busy = true;
    this.problem = null;
    try {
      await send(values);
    } catch (error) {
      this.problem = error instanceof Failure ? error.problem : { title: '', status: 0, detail: '', reason: 'INTERNAL' };
      (form.elements.namedItem(this.problem.field ?? '') as HTMLElement | null)?.focus();
    } finally {
      this.busy = false;
    }
  }
}
