// SPDX-License-Identifier: Apache-2.0
// Runs something each time an element comes near the screen.
export function nearing(run: () => void): (element: Element) => () => void {
  return (element) => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && run(), { rootMargin: '600px' });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
