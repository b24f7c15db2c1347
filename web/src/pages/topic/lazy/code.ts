// SPDX-License-Identifier: Apache-2.0
// A copy button on each block of code. It stands beside the block, so that it does not scroll away with it.
export function decorate(page: Element, label: string, done: string): void {
  for (const block of page.querySelectorAll<HTMLElement>('.prose pre:not(.code pre)')) {
    const box = document.createElement('div');
    box.className = 'code';
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.onclick = async () => {
      await navigator.clipboard.writeText(block.textContent ?? '');
      button.textContent = done;
      setTimeout(() => (button.textContent = label), 2000);
    };
    block.replaceWith(box);
    box.append(block, button);
  }
}
