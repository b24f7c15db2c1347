// SPDX-License-Identifier: Apache-2.0
// Resolves `$emoji`: the names that the server knows, out of its own table, as "name character name character …".
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const table = fileURLToPath(new URL('../../services/forum/markdown/emoji_table.h', import.meta.url));
const entry = /\{"([\w+-]+)", "([^"]+)"\}/g;

export const emoji = {
  name: 'emoji',
  resolveId: (id) => (id === '$emoji' ? '\0emoji' : null),
  load(id) {
    if (id !== '\0emoji') return null;
    this.addWatchFile?.(table);
    const found = [...readFileSync(table, 'utf8').matchAll(entry)].map(([, name, sign]) => `${name} ${sign}`);
    if (!found.length) this.error(`${table}: no names of emoji`);
    return `export const names = ${JSON.stringify(found.join(' '))};`;
  },
};
