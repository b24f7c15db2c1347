// SPDX-License-Identifier: Apache-2.0
// Resolves `$m/<group>`: in a client build to the one language that the build is for, with plain texts put in where they
// are used, so that they end up in Svelte's templates; in the SSR bundle to a module whose `m` is switched by setLocale()
// before each render. So no message is looked up by key at run time.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/messages/', import.meta.url));
const locales = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const prefix = '\0messages:';

// A plain text stands on a line of its own in a catalogue.
const plain = /^  (\w+): ('(?:[^'\\]|\\.)*'),$/gm;

const catalogues = new Map();
function catalogue(locale, group) {
  const file = `${folder}${locale}/${group}.ts`;
  if (!catalogues.has(file))
    catalogues.set(file, new Map([...readFileSync(file, 'utf8').matchAll(plain)].map(([, key, text]) => [key, text])));
  return catalogues.get(file);
}

function inline(code, locale) {
  for (const [, alias, group] of code.matchAll(/import \{ m(?: as (\w+))? \} from '\$m\/(\w+)'/g)) {
    const texts = catalogue(locale, group);
    code = code.replace(new RegExp(`(?<![\\w.$])${alias ?? 'm'}\\.(\\w+)`, 'g'), (all, key) => texts.get(key) ?? all);
  }
  return code;
}

export function messages(locale) {
  return {
    name: 'messages',
    enforce: 'pre',
    transform(code, id) {
      if (!locale) return null;
      if (id.startsWith(folder)) return { code: code.replace(plain, ''), map: null };
      return /\.(svelte|ts)$/.test(id) && code.includes("'$m/") ? { code: inline(code, locale), map: null } : null;
    },
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
