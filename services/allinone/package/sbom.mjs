// SPDX-License-Identifier: Apache-2.0
// Writes the bill of materials of a gathered program (gather.sh) as SPDX 2.3 JSON: shared objects and archives with
// their Debian packages, npm packages compiled into the web application, and the packages of the image's base.
//   node sbom.mjs --name NAME --version VERSION --folder FOLDER --out FILE [--base ROOT] [--web LOCKFILE]
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {concludedLicence, declaredLicence} from './licences.mjs';

const {values: args} = parseArgs({options: Object.fromEntries(
  ['name', 'version', 'folder', 'out', 'base', 'web'].map((name) => [name, {type: 'string'}]))});

// Their code is in the files that the browser gets and in the bundle that renders pages; the rest only builds.
const IN_THE_WEB = ['svelte', 'clsx', 'devalue', 'esm-env', 'tailwindcss', 'daisyui'];

const identifier = (text) => text.replace(/[^A-Za-z0-9.-]/g, '-');
const hash = (algorithm, content) => createHash(algorithm).update(content).digest('hex');
const pairs = (file) => !existsSync(file) ? [] :
  readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => line.split(' '));

const packages = new Map();
const relationships = [];
const licenceTexts = new Map();

const relate = (from, type, to, comment) =>
  relationships.push({spdxElementId: from, relationshipType: type, relatedSpdxElement: to, ...(comment && {comment})});

function add({id, licence, ...fields}) {
  if (packages.has(id)) return id;
  for (const [reference, text] of licence.texts ?? []) licenceTexts.set(reference, text);
  packages.set(id, {
    SPDXID: id, downloadLocation: 'NOASSERTION', filesAnalyzed: false, licenseConcluded: concludedLicence(fields.name) ?? licence.expression,
    licenseDeclared: licence.expression, copyrightText: 'NOASSERTION',
    ...(licence.comment && {licenseComments: licence.comment}), ...fields});
  return id;
}

function debian(name, version, architecture, source, copyright) {
  return add({
    id: `SPDXRef-Debian-${identifier(name)}`, name, versionInfo: version, supplier: 'Organization: Debian',
    sourceInfo: `built from source package ${source}`, licence: declaredLicence(copyright),
    externalRefs: [{referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl',
      referenceLocator: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`}]});
}

function installed(name) {
  const [version, architecture, source] = execFileSync('dpkg-query',
    ['-W', '-f', '${Version} ${Architecture} ${source:Package}@${source:Version}\n', name], {encoding: 'utf8'})
    .split('\n')[0].split(' ');
  const copyright = `/usr/share/doc/${name}/copyright`;
  return debian(name, version, architecture, source, existsSync(copyright) ? readFileSync(copyright, 'utf8') : '');
}

// The program itself, with its files.
const program = 'SPDXRef-Package-program';
const files = [];
for (const part of ['bin', 'lib']) {
  for (const name of readdirSync(join(args.folder, part)).sort()) {
    const content = readFileSync(join(args.folder, part, name));
    files.push({
      SPDXID: `SPDXRef-File-${part}-${identifier(name)}`, fileName: `./${part}/${name}`, fileTypes: ['BINARY'],
      checksums: [{algorithm: 'SHA1', checksumValue: hash('sha1', content)},
        {algorithm: 'SHA256', checksumValue: hash('sha256', content)}],
      licenseConcluded: 'NOASSERTION', licenseInfoInFiles: ['NOASSERTION'], copyrightText: 'NOASSERTION'});
  }
}
const sums = files.map((file) => file.checksums[0].checksumValue).sort().join('');
add({id: program, name: args.name, versionInfo: args.version, supplier: 'NOASSERTION', filesAnalyzed: true,
  packageVerificationCode: {packageVerificationCodeValue: hash('sha1', sums)}, licenseInfoFromFiles: ['NOASSERTION'],
  hasFiles: files.map((file) => file.SPDXID), licence: {expression: 'Apache-2.0'}});
relate('SPDXRef-DOCUMENT', 'DESCRIBES', program);
for (const file of files) relate(program, 'CONTAINS', file.SPDXID);

const objects = pairs(join(args.folder, 'objects.txt'));
for (const [object, owner] of objects) {
  const id = installed(owner);
  relate(program, 'DYNAMIC_LINK', id, object);
  const file = files.find((each) => each.fileName === `./lib/${object}`);
  if (file) relate(file.SPDXID, 'GENERATED_FROM', id);
}
for (const [archive, owner] of pairs(join(args.folder, 'archives.txt'))) {
  relate(program, 'STATIC_LINK', installed(owner), archive);
}

// Who renders pages has the web application inside.
if (args.web && objects.some(([object]) => object.startsWith('libjavascriptcoregtk'))) {
  const lock = JSON.parse(readFileSync(args.web, 'utf8')).packages;
  for (const name of IN_THE_WEB) {
    const entry = lock[`node_modules/${name}`];
    if (!entry) throw new Error(`${args.web} has no ${name}`);
    const [algorithm, digest] = entry.integrity.split('-');
    const id = add({
      id: `SPDXRef-npm-${identifier(name)}`, name, versionInfo: entry.version, supplier: 'NOASSERTION',
      licence: {expression: entry.license ?? 'NOASSERTION'},
      checksums: [{algorithm: algorithm.toUpperCase(), checksumValue: Buffer.from(digest, 'base64').toString('hex')}],
      externalRefs: [{referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl',
        referenceLocator: `pkg:npm/${encodeURIComponent(name)}@${entry.version}`}]});
    relate(program, 'STATIC_LINK', id, 'compiled into the web application');
  }
}

// The base image's packages, from dpkg's status or from the folder that distroless images have instead.
if (args.base) {
  const status = join(args.base, 'var/lib/dpkg/status');
  const folder = join(args.base, 'var/lib/dpkg/status.d');
  const texts = existsSync(folder) ?
    readdirSync(folder).filter((name) => !name.endsWith('.md5sums')).map((name) => readFileSync(join(folder, name), 'utf8')) :
    existsSync(status) ? readFileSync(status, 'utf8').split('\n\n') : [];
  for (const text of texts) {
    const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    const name = field('Package');
    if (!name) continue;
    const copyright = join(args.base, 'usr/share/doc', name, 'copyright');
    const id = debian(name, field('Version'), field('Architecture'), field('Source') ?? name,
      existsSync(copyright) ? readFileSync(copyright, 'utf8') : '');
    relate(id, 'RUNTIME_DEPENDENCY_OF', program, 'part of the image’s base');
  }
}

const document = {
  spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT',
  name: `${args.name}-${args.version}`,
  documentNamespace: `https://spdx.org/spdxdocs/${identifier(args.name)}-${args.version}-${hash('sha256', sums).slice(0, 32)}`,
  creationInfo: {
    created: new Date(1000 * (process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000))).toISOString().replace(/\.\d+Z/, 'Z'),
    creators: ['Tool: forium-sbom'],
  },
  packages: [...packages.values()], files, relationships,
  hasExtractedLicensingInfos: [...licenceTexts.set('LicenseRef-Debian-public-domain', 'Given to the public domain by its authors.')].sort().map(([licenseId, extractedText]) => ({licenseId, extractedText})),
};
writeFileSync(args.out, JSON.stringify(document, null, 1) + '\n');
