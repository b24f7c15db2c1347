// SPDX-License-Identifier: Apache-2.0
// Changes a page without moving what one reads: the first of these elements that reaches into the window stays in place.
import { flushSync } from 'svelte';

const header = 64;

export function steady(elements: Iterable<Element>, change: () => void): void {
  const anchor = [...elements].find((element) => element.getBoundingClientRect().bottom > header);
  const y = anchor?.getBoundingClientRect().top ?? 0;
  flushSync(change);
  // At the very top everything may come above.
  if (anchor?.isConnected && scrollY > 0) scrollBy({ top: anchor.getBoundingClientRect().top - y, behavior: 'instant' });
}
