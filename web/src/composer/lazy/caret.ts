// SPDX-License-Identifier: Apache-2.0
// Where a character of a text field is on the screen: laid out once more in a box that looks the same.
const looks = [
  'boxSizing', 'width', 'fontFamily', 'fontSize', 'fontWeight', 'fontStyle', 'letterSpacing', 'wordSpacing', 'lineHeight', 'textIndent',
  'tabSize', 'direction', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'borderTopWidth', 'borderRightWidth',
  'borderBottomWidth', 'borderLeftWidth', 'borderStyle',
] as const;

export function caretBox(area: HTMLTextAreaElement, at: number): { left: number; top: number; bottom: number } {
  const from = getComputedStyle(area);
  const mirror = document.createElement('div');
  for (const look of looks) mirror.style[look] = from[look];
  Object.assign(mirror.style, { position: 'absolute', top: '0', left: '0', visibility: 'hidden', whiteSpace: 'pre-wrap', overflowWrap: 'break-word' });
  // Less than the whole field where that has a scroll bar.
  mirror.style.width = `${area.clientWidth + Number.parseFloat(from.borderLeftWidth) + Number.parseFloat(from.borderRightWidth)}px`;
  const mark = document.createElement('span');
  mark.textContent = area.value.slice(at, at + 1) || '.';
  mirror.append(area.value.slice(0, at), mark);
  document.body.append(mirror);
  const own = mirror.getBoundingClientRect();
  const box = mark.getBoundingClientRect();
  mirror.remove();
  const field = area.getBoundingClientRect();
  const top = field.top + box.top - own.top - area.scrollTop;
  return { left: field.left + box.left - own.left, top, bottom: top + box.height };
}
