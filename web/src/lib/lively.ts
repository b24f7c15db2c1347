// SPDX-License-Identifier: Apache-2.0
// Joins an element to what happens now (src/live), once the page has come to rest.
type Live = typeof import('../live/live');

// Whether a page's data were shown before: they come from memory then, as they were.
const shown = new WeakSet<object>();
export function again(data: object): boolean {
  const known = shown.has(data);
  shown.add(data);
  return known;
}

export function lively(join: (live: Live, element: HTMLElement) => () => void): (element: HTMLElement) => () => void {
  return (element) => {
    let stop: (() => void) | undefined;
    let gone = false;
    const load = () => void import('../live/live').then((live) => gone || (stop = join(live, element)), () => {});
    (globalThis.requestIdleCallback ?? setTimeout)(load);
    return () => {
      gone = true;
      stop?.();
    };
  };
}
