// SPDX-License-Identifier: Apache-2.0
// Metrics by name: as /metrics tells them, as the sources make them, as expressions use them.
import {readFileSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

import {ROOT} from '../harness/forium.mjs';

/** Text format → name of series → set of its label names. */
export function scraped(text) {
  const series = new Map();
  for (const line of text.split('\n')) {
    const found = /^([a-z0-9_]+)(?:\{(.*)\})? /.exec(line);
    if (!found) continue;
    const labels = series.get(found[1]) ?? new Set();
    for (const [, label] of (found[2] ?? '').matchAll(/([a-z0-9_]+)="/g)) labels.add(label);
    series.set(found[1], labels);
  }
  return series;
}

/** Names that the program makes, by the literals of its sources; with the series of histograms. */
export function made() {
  const files = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'services', 'gateway'],
    {cwd: ROOT, encoding: 'utf8'}).stdout.split('\n').filter((file) => /(?<!_test|_benchmark)\.(cc|h)$/.test(file));
  const families = new Map();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, kind, name] of text.matchAll(
      /\b(Counter|Gauge|Latency|Distribution|Family)\(\s*"((?:forium|process)_[a-z0-9_]+)"/g)) families.set(name, kind);
  }
  const series = new Set(families.keys());
  for (const [name, kind] of families) {
    if (kind === 'Latency' || kind === 'Distribution') for (const end of ['bucket', 'sum', 'count']) series.add(`${name}_${end}`);
  }
  return {families, series};
}

/** The metrics of an expression, each with the labels that stand in its braces, and all labels it groups by. */
export function used(expression) {
  const metrics = [...expression.matchAll(/\b((?:forium|process)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?/g)]
    .map(([, name, braces]) => ({name, labels: [...(braces ?? '').matchAll(/([a-z0-9_]+)\s*[=!]/g)].map(([, label]) => label)}));
  const groups = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list.split(/,\s*/)).filter(Boolean);
  return {metrics, groups};
}
