// SPDX-License-Identifier: Apache-2.0
// Reads Debian's machine-readable copyright files: the licence of most of a source as an SPDX expression.

// Debian's short names (lower case) that SPDX spells otherwise; what is in neither list becomes a LicenseRef.
const SPDX = new Map(Object.entries({
  'expat': 'MIT', 'mit': 'MIT', 'x11': 'X11', 'isc': 'ISC', 'zlib': 'Zlib', 'apache-2.0': 'Apache-2.0', 'apache-2': 'Apache-2.0',
  'bsd-2-clause': 'BSD-2-Clause', 'bsd-3-clause': 'BSD-3-Clause', 'bsd-3-clause~google': 'BSD-3-Clause', 'bsd-4-clause': 'BSD-4-Clause',
  'boost-1.0': 'BSL-1.0', 'bsl-1.0': 'BSL-1.0', 'postgresql': 'PostgreSQL', 'cc0': 'CC0-1.0', 'cc0-1.0': 'CC0-1.0',
  'gpl-1+': 'GPL-1.0-or-later', 'gpl-2': 'GPL-2.0-only', 'gpl-2+': 'GPL-2.0-or-later', 'gpl-3': 'GPL-3.0-only', 'gpl-3+': 'GPL-3.0-or-later',
  'lgpl-2': 'LGPL-2.0-only', 'lgpl-2+': 'LGPL-2.0-or-later', 'lgpl-2.0+': 'LGPL-2.0-or-later', 'lgpl-2.1': 'LGPL-2.1-only',
  'lgpl-2.1+': 'LGPL-2.1-or-later', 'lgpl-3': 'LGPL-3.0-only', 'lgpl-3+': 'LGPL-3.0-or-later', 'mpl-2.0': 'MPL-2.0',
  'openldap-2.8': 'OLDAP-2.8',
}));

// What is said of a source as a whole is about its programs in these; the library that is linked has terms of its own, read
// in its files and in the copyright file's text.
const CONCLUDED = {
  libacl1: 'LGPL-2.1-or-later', libattr1: 'LGPL-2.1-or-later', libblkid1: 'LGPL-2.1-or-later', libmount1: 'LGPL-2.1-or-later',
  'libcom-err2': 'MIT', libkeyutils1: 'LGPL-2.1-or-later', 'libidn2-0': 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  libgcrypt20: 'LGPL-2.1-or-later', libgnutls30: 'LGPL-2.1-or-later', 'libtasn1-6': 'LGPL-2.1-or-later',
  'libgssapi-krb5-2': 'MIT', libk5crypto3: 'MIT', 'libkrb5-3': 'MIT', libkrb5support0: 'MIT', 'libc-ares-dev': 'MIT',
  libselinux1: 'LicenseRef-Debian-public-domain', 'libyaml-cpp0.7': 'MIT',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1', 'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  libatomic1: 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

/** The licence of the library itself, where the declared one is of more than it. */
export const concludedLicence = (name) => CONCLUDED[name];

function stanzas(text) {
  return text.split(/\n\s*\n/).map((block) => {
    const fields = {};
    let last;
    for (const line of block.split('\n')) {
      const start = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (start) fields[last = start[1].toLowerCase()] = start[2];
      else if (last && /^\s/.test(line)) fields[last] += `\n${line.trim()}`;
    }
    return fields;
  });
}

function expression(name, texts, all) {
  const words = name.replace(/,/g, '').split(/\s+(and|or)\s+/i);
  return words.map((word, index) => {
    if (index % 2 === 1) return word.toUpperCase();
    const known = SPDX.get(word.toLowerCase());
    if (known) return known;
    const reference = `LicenseRef-Debian-${word.replace(/[^A-Za-z0-9.-]/g, '-')}`;
    const own = all.find((stanza) => stanza.license?.split('\n')[0].trim() === word && stanza.license.includes('\n'));
    texts.set(reference, own ? own.license.split('\n').slice(1).join('\n') : `See Debian's copyright file: ${word}`);
    return reference;
  }).join(' ');
}

/** {expression, texts: Map of LicenseRef to its text, comment}; NOASSERTION where the file is not machine-readable. */
export function declaredLicence(copyright) {
  const texts = new Map();
  if (!/^Format:.*copyright-format/m.test(copyright)) return {expression: 'NOASSERTION', texts};
  const all = stanzas(copyright);
  const names = [...new Set(all.filter((stanza) => stanza.files && stanza.license)
    .map((stanza) => stanza.license.split('\n')[0].trim()).filter(Boolean))];
  const main = all.find((stanza) => /^\s*\*\s*$/m.test(stanza.files ?? '') && stanza.license)?.license.split('\n')[0].trim() ?? names[0];
  if (!main) return {expression: 'NOASSERTION', texts};
  return {
    expression: expression(main, texts, all),
    texts,
    comment: names.length > 1 ? `Parts of the source, by Debian's names: ${names.join('; ')}` : undefined,
  };
}
