// SPDX-License-Identifier: Apache-2.0
// Draws openapi.json: groups of operations, each with its parameters, body, answer and errors.
const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

// An element with attributes and children; text is text, never HTML.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== ''));
  return element;
}

const id = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
const nameOf = (reference) => reference.split('/').pop();

// What a value is, in a word or a link to its schema.
function typeOf(schema) {
  if (!schema) return el('span', {}, 'nothing');
  if (schema.$ref) return el('a', { href: `#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref));
  if (schema.type === 'array') return el('span', {}, 'list of ', typeOf(schema.items));
  if (schema.additionalProperties) return el('span', {}, 'map of ', typeOf(schema.additionalProperties));
  return el('span', {}, schema.format ? `${schema.type} (${schema.format})` : schema.type);
}

function table(head, rows) {
  return el('table', {},
    el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell))))));
}

function fields(schema) {
  const rows = Object.entries(schema.properties ?? {})
    .map(([name, value]) => [el('code', {}, name), typeOf(value), value.description ?? '']);
  return rows.length ? table(['Field', 'Type', 'What it is'], rows) : el('p', { class: 'soft' }, 'No fields.');
}

function resolve(api, schema) {
  return schema?.$ref ? api.components.schemas[nameOf(schema.$ref)] : schema;
}

function bodyOf(api, operation) {
  const parts = [];
  if (operation.description) parts.push(el('p', {}, operation.description));
  parts.push(el('p', { class: 'soft' }, `Needs: ${operation['x-permission'] ?? 'nothing'} · ${operation.operationId}`));
  if (operation.parameters.length) {
    parts.push(el('h3', {}, 'Parameters'), table(['Name', 'In', 'Type', 'What it is'], operation.parameters.map((p) =>
      [el('code', {}, p.name), p.in, typeOf(p.schema), p.schema.description ?? ''])));
  }
  const sent = operation.requestBody?.content['application/json'].schema;
  if (sent) parts.push(el('h3', {}, 'Body: JSON or form'), fields(resolve(api, sent)));
  const [status, answer] = Object.entries(operation.responses).find(([code]) => code.startsWith('2'));
  const schema = answer.content?.['application/json'].schema;
  parts.push(el('h3', {}, 'Answer'), el('p', {}, `${status} `, schema ? typeOf(schema) : 'without a body'));
  return el('div', { class: 'body' }, ...parts);
}

// The body is drawn when it is first opened: hundreds of tables at once would be slow.
function drawn(details, make) {
  const fill = () => details.open && details.childElementCount === 1 && details.append(make());
  details.addEventListener('toggle', fill);
  return details;
}

function operationOf(api, path, verb, operation) {
  const details = el('details', { id: `op-${operation.operationId}` },
    el('summary', {},
      el('span', { class: `verb ${verb}` }, verb),
      el('code', {}, path),
      el('span', { class: 'summary' }, operation.summary ?? '')));
  details.dataset.text = `${verb} ${path} ${operation.operationId} ${operation.description ?? ''}`.toLowerCase();
  return drawn(details, () => bodyOf(api, operation));
}

function schemaOf(name, schema) {
  const details = el('details', { id: `schema-${name}` },
    el('summary', {}, el('code', {}, name), el('span', { class: 'summary' }, (schema.description ?? '').split('\n')[0])));
  details.dataset.text = `${name} ${schema.description ?? ''}`.toLowerCase();
  return drawn(details, () => el('div', { class: 'body' },
    schema.description ? el('p', { class: 'intro' }, schema.description) : null,
    schema.enum ? el('p', {}, el('code', {}, schema.enum.join(' · '))) : fields(schema)));
}

function section(title, children) {
  return el('section', { id: id(title) }, el('h2', {}, title), ...children);
}

function draw(api) {
  const groups = new Map(api.tags.map((tag) => [tag.name, []]));
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const verb of VERBS) {
      const operation = operations[verb];
      if (operation) groups.get(operation.tags[0]).push(operationOf(api, path, verb, operation));
    }
  }
  const sections = [...groups].map(([name, children]) => section(name, children));
  sections.push(section('Schemas', Object.entries(api.components.schemas).map(([name, schema]) => schemaOf(name, schema))));
  document.getElementById('title').textContent = api.info.title;
  document.title = api.info.title;
  document.getElementById('operations').replaceChildren(el('p', { class: 'intro' }, api.info.description), ...sections);
  document.getElementById('groups').replaceChildren(...sections.map((part) =>
    el('li', {}, el('a', { href: `#${part.id}` }, part.firstChild.textContent))));
  return sections;
}

function search(sections, words) {
  for (const part of sections) {
    let found = 0;
    for (const details of part.querySelectorAll('details')) {
      details.hidden = !words.every((word) => details.dataset.text.includes(word));
      if (!details.hidden) ++found;
    }
    part.hidden = found === 0;
  }
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

try {
  const api = await (await fetch('/api/v1/openapi.json')).json();
  const sections = draw(api);
  const input = document.getElementById('search');
  input.addEventListener('input', () => search(sections, input.value.toLowerCase().split(/\s+/).filter(Boolean)));
  addEventListener('hashchange', openTarget);
  openTarget();
} catch {
  document.getElementById('operations').textContent = 'The description of the API could not be loaded. Reload the page to try again.';
}
