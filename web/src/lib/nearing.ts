// SPDX-License-Identifier: Apache-2.0
// Runs something while an element is near the screen: again as long as it is still there after something has come. `run`
// tells whether something came; after a failure the reader has to scroll again.
export function nearing(run: () => Promise<boolean>): (element: Element) => () => void {
  return (element) => {
    const observer = new IntersectionObserver(async (entries) => {
      if (!entries.at(-1)?.isIntersecting || !(await run())) return;
      // An observer speaks of changes only, and of what it has just begun to watch.
      observer.unobserve(element);
      if (element.isConnected) observer.observe(element);
    }, { rootMargin: '600px' });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
