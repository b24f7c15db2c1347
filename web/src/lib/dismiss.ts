// SPDX-License-Identifier: Apache-2.0
// A <details> that is a menu: closes on Escape, on a click elsewhere, and after a choice.
export function dismissable(menu: Element): () => void {
  const details = menu as HTMLDetailsElement;
  const close = (event: Event) => {
    if (!details.open) return;
    const key = (event as KeyboardEvent).key;
    const inside = details.contains(event.target as Node);
    if (key === 'Escape') details.querySelector('summary')?.focus();
    else if (key || (inside && !(event.target as Element).closest('.pop a, .pop button'))) return;
    details.open = false;
  };
  document.addEventListener('click', close);
  document.addEventListener('keydown', close);
  return () => {
    document.removeEventListener('click', close);
    document.removeEventListener('keydown', close);
  };
}
