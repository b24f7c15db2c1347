// SPDX-License-Identifier: Apache-2.0
// What every change of the administration does with JavaScript: on the server, then on the page, with a way back where
// there is one.
import { refresh } from '$lib/router';
import { toasts } from '$lib/toasts.svelte';
import { m as frame } from '$m/frame';
import { m } from '$m/admin';

type Call = () => Promise<unknown>;

async function takeBack(back: Call): Promise<void> {
  try {
    await back();
    toasts.show(m.undone);
    await refresh();
  } catch (error) {
    void toasts.fail(error);
  }
}

export async function change(call: Call, done: string, back?: Call): Promise<void> {
  await call();
  toasts.show(done, back && { label: frame.undo, run: () => void takeBack(back) });
  await refresh();
}
