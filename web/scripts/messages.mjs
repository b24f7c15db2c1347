// SPDX-License-Identifier: Apache-2.0
// Resolves `$m/<group>`: in a client build to the one language that the build is for; in the SSR bundle to a module
// whose `m` is switched by setLocale() before each render. So no message is looked up by key at run time.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/messages/', import.meta.url));
const locales = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const prefix = '\0messages:';

export function messages(locale) {
  return {
    name: 'messages',
    enforce: 'pre',
    resolveId(id) {
      if (!id.startsWith('$m/')) return null;
      const group = id.slice(3);
      return locale ? `${folder}${locale}/${group}.ts` : prefix + group;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const group = id.slice(prefix.length);
      const imports = locales.map((l) => `import { m as ${l} } from ${JSON.stringify(`${folder}${l}/${group}.ts`)};`);
      return `${imports.join('\n')}
import { onLocale } from ${JSON.stringify(`${folder}locale.ts`)};
const all = { ${locales.join(', ')} };
export let m = en;
onLocale((locale) => { m = all[locale] ?? en; });`;
    },
  };
}

export { locales };
