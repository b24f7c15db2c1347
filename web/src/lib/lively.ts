// SPDX-License-Identifier: Apache-2.0
// Joins an element to what happens now (src/live), once the page has come to rest.
type Live = typeof import('../live/live');

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
