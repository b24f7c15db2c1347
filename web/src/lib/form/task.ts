// SPDX-License-Identifier: Apache-2.0
import { refresh } from '../router';
import { toasts } from '../toasts.svelte';

// For small forms without fields of their own to show errors at: does it, says so, and draws the page anew.
export function task(run: (values: Record<string, string>) => Promise<unknown>, done: string) {
  return async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(event.target as HTMLFormElement)) if (!name.startsWith('_')) values[name] = String(value);
    try {
      await run(values);
      toasts.show(done);
      await refresh();
    } catch (error) {
      void toasts.fail(error);
    }
  };
}
