// SPDX-License-Identifier: Apache-2.0
// Results as a table for the terminal and as a plot in SVG: each value as a share of its bound.

export function printTable(results) {
  const rows = [['what', 'measured', 'bound', '', 'peer'],
    ...results.map((it) => [it.name, `${it.value} ${it.unit}`, it.bound, it.ok ? 'held' : 'MISSED', it.peer ?? ''])];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A bar a result: the bound is the line at 1; green bars hold it. */
export function plot(results) {
  const row = 30;
  const left = 380;
  const unit = 200;
  const height = results.length * row + 50;
  const bars = results.map((it, i) => {
    const [, number] = /([\d.,]+)/.exec(it.bound) ?? [];
    const bound = Number((number ?? '0').replaceAll(',', ''));
    const share = bound > 0 ? Math.min(it.value / bound, 2.5) : it.ok ? 0 : 2.5;
    const y = 30 + i * row;
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${escape(it.name)}</text>` +
      `<rect x="${left}" y="${y}" width="${Math.max(2, share * unit)}" height="20" rx="3" fill="${it.ok ? '#2a9d63' : '#d1495b'}"/>` +
      `<text x="${left + Math.max(2, share * unit) + 6}" y="${y + 14}">${escape(`${it.value} ${it.unit} (${it.bound})`)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1160 ${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Measured values as shares of their bounds">` +
    `<rect width="1160" height="${height}" fill="#fff"/>${bars.join('')}` +
    `<line x1="${left + unit}" x2="${left + unit}" y1="20" y2="${height - 15}" stroke="#444" stroke-dasharray="4 3"/>` +
    `<text x="${left + unit}" y="15" text-anchor="middle">bound</text></svg>\n`;
}
