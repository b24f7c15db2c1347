// SPDX-License-Identifier: Apache-2.0
// Holds a manifest against Kubernetes' own description of its kind, as the package kubernetes-models has it: types,
// required fields and enumerations by its validators, unknown fields by its declarations.
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), '../node_modules');
const PACKAGES = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/',
  'cert-manager.io': '@kubernetes-models/cert-manager/',
};

function fileOf({apiVersion, kind}) {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return join(MODULES, PACKAGES[group] ?? 'kubernetes-models/', apiVersion, kind);
}

// What is wrong with a manifest, a sentence each.
export async function structureErrors(manifest) {
  if (!manifest.apiVersion || !manifest.kind) return ['has no apiVersion or kind'];
  const file = fileOf(manifest);
  if (!existsSync(`${file}.d.ts`)) return [`${manifest.apiVersion} ${manifest.kind} is not known`];
  const errors = [];
  const Kind = (await import(pathToFileURL(`${file}.js`)))[manifest.kind];
  try {
    new Kind(manifest).validate();
  } catch (error) {
    errors.push(error.message);
  }
  unknownFields(manifest, {name: `I${manifest.kind}`, from: declarations(`${file}.d.ts`)}, '', errors);
  return errors;
}

function unknownFields(value, type, path, errors) {
  if (type.name) {
    const found = resolve(type);
    if (found) unknownFields(value, found, path, errors);
  } else if (type.item && Array.isArray(value)) {
    value.forEach((one, i) => unknownFields(one, type.item, `${path}/${i}`, errors));
  } else if (type.fields && value && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const field = type.fields.get(key) ?? type.fields.get('*');
      if (field) unknownFields(inner, field, `${path}/${key}`, errors);
      else errors.push(`${path}/${key} is not a field of it`);
    }
  }
}

// The type that a name stands for in its file, or in the file that it was imported from.
function resolve({name, from}) {
  const here = from.types.get(name);
  if (here) return here;
  const source = from.imports.get(name);
  if (!source) return null;
  const file = source.startsWith('.') ? join(from.folder, source.replace(/\.js$/, '.d.ts')) : join(MODULES, `${source}.d.ts`);
  if (!existsSync(file)) return null;
  const there = declarations(file);
  return there.types.get(there.aliases.get(name) ?? name) ?? null;
}

const read = new Map();

// The interfaces of a declaration file, by name.
function declarations(file) {
  if (read.has(file)) return read.get(file);
  const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const result = {folder: dirname(file), types: new Map(), imports: new Map(), aliases: new Map()};
  read.set(file, result);
  for (const [, names, source] of text.matchAll(/import \{([^}]*)\} from "([^"]+)"/g)) {
    for (const name of names.split(',')) result.imports.set(name.trim(), source);
  }
  for (const [, name, alias] of text.matchAll(/\b(I\w+) as (I\w+)/g)) result.aliases.set(alias, name);
  for (const match of text.matchAll(/export interface (\w+)[^{]*(?=\{)/g)) {
    const words = new Words(text.slice(match.index + match[0].length), result);
    result.types.set(match[1], words.type());
  }
  return result;
}

// Reads the few forms of types that the declarations are made of.
class Words {
  constructor(text, from) {
    this.words = text.matchAll(/"(?:[^"\\]|\\.)*"|[\w$.]+|[{}[\]<>:;?|&(),]|=>/g);
    this.from = from;
    this.next();
  }

  next() {
    const {value} = this.words.next();
    const word = this.word;
    this.word = value?.[0];
    return word;
  }

  type() {
    let type = this.single();
    while (this.word === '|' || this.word === '&') {
      this.next();
      const other = this.single();
      if (!type.fields && !type.item && !type.name) type = other;
    }
    return type;
  }

  single() {
    const word = this.next();
    if (word === '{') return this.members();
    if (word === 'Array') {
      this.next();
      const item = this.type();
      this.next();
      return {item};
    }
    return /^I[A-Z]/.test(word) ? {name: word, from: this.from} : {};
  }

  members() {
    const fields = new Map();
    while (this.word !== '}' && this.word !== undefined) {
      let key = this.next();
      if (key === '[') {
        while (this.next() !== ']');
        key = '*';
      }
      if (this.word === '?') this.next();
      this.next(); // the colon
      fields.set(key.replace(/^"|"$/g, ''), this.type());
      if (this.word === ';') this.next();
    }
    this.next();
    return fields.size ? {fields} : {};
  }
}
