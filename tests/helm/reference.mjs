// SPDX-License-Identifier: Apache-2.0
// The tables of helm/README.md, from the schema of the values and their defaults.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

import {parse} from 'yaml';

import {CHART} from './chart.mjs';

export function tables() {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));
  const defaults = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
  const resolve = (node) => (node.$ref ? schema.definitions[node.$ref.split('/').pop()] : node);
  const rows = [];
  const walk = (path, node, fallback) => {
    const {properties, description, additionalProperties} = resolve(node);
    if (path.endsWith('resources')) rows.push([path, 'by process', description]);
    else if (properties && !['settings', 'postgresql', 'nats'].includes(path)) {
      for (const [key, inner] of Object.entries(properties)) walk(path ? `${path}.${key}` : key, inner, fallback?.[key]);
    } else rows.push([path, path.includes('.') || path === 'mode' ? shown(fallback) : '', description]);
    if (path === 'services') walk('services.NAME', additionalProperties, defaults.services.gateway);
  };
  const {global, ...properties} = schema.properties;
  walk('', {properties}, defaults);
  return {
    values: table(['value', 'default', 'meaning'], rows.map(([path, ...rest]) => [`\`${path}\``, ...rest])),
    settings: table(
      ['setting', 'meaning'],
      Object.entries(schema.properties.settings.properties).map(([word, {description}]) => [`\`${word}\``, description]),
    ),
  };
}

// The text with its tables made anew; each stands between `<!-- NAME -->` and `<!-- end -->`.
export function withTables(text) {
  return Object.entries(tables()).reduce(
    (now, [name, content]) => now.replace(new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`), (_, begin, end) => begin + content + end),
    text,
  );
}

const shown = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return ['', '""', '[]', '{}'].includes(text) ? '' : `\`${text}\``;
};
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
