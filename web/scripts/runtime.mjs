// SPDX-License-Identifier: Apache-2.0
// Svelte's runtime, in the browser without what this application never does: deep state, `await` in components, boundaries. That is a
// tenth of all JavaScript that a reader loads. Whatever is not found where it is expected is an error of the build.
const inside = '/svelte/src/internal/client/';

// State here is a primitive or `$state.raw`.
const proxy = 'export const proxy = (value) => value; export const get_proxied_value = proxy; export const is = Object.is;';

const synchronous = `import { is_runes } from '../context.js';
import { derived, derived_safe_equal } from './deriveds.js';
export const flatten = (blockers, sync, async, fn) => fn(sync.map(is_runes() ? derived : derived_safe_equal));
export const run_after_blockers = (blockers, fn) => fn([]);
const none = undefined;
export { none as capture, none as save, none as unsave, none as run, none as wait, none as unset_context, none as increment_pending,
  none as track_reactivity_loss, none as for_await_track_reactivity_loss };`;

// What surrounds each root: nothing is pending, and errors go on to the caller.
const boundary = `import { EFFECT_PRESERVED, EFFECT_TRANSPARENT } from '#client/constants';
import { block, branch } from '../../reactivity/effects.js';
import { hydrate_next, hydrating } from '../hydration.js';
export function boundary(node, props, children) {
  block(() => {
    if (hydrating) hydrate_next();
    branch(() => children(node));
  }, EFFECT_TRANSPARENT | EFFECT_PRESERVED);
}
export class Boundary {}
export const get_boundary = undefined;
export const pending = undefined;`;

// Classes here are text.
const clsx = 'export const clsx = (value) => value; export default clsx;';

const replaced = { 'proxy.js': proxy, 'reactivity/async.js': synchronous, 'dom/blocks/boundary.js': boundary };

// Methods of a batch that only batches with something pending call.
const unused = ['#commit()', '#is_deferred()', '#is_skipped(effect)', 'increment(blocking, effect)', 'decrement(blocking, effect)', 'settled()',
  'skip_effect(effect)', 'unskip_effect(effect, callback = (e) => this.schedule(e))', 'ondiscard(fn)'];
const simpler = [
  [/this\.#is_deferred\(\)/g, 'false'],
  [/this\.#pending === 0 &&/, ''],
  [/this\.#deferred\?\.resolve\(\);/g, ''],
  [/this\.#new_effects\.push\(effect\);/, ''],
  [/if \(\s*effect\.b\?\.is_pending[\s\S]*?return;\n\t\t}/, ''],
  [/this\.#commit\(\);/, ''],
  [/ \|\| this\.#skipped_branches\.has\(effect\)/, ''],
];

function shorten(code, fail) {
  for (const name of unused) {
    const from = code.indexOf(`\n\t${name} {\n`);
    const to = code.indexOf('\n\t}\n', from);
    if (from < 0) fail(name);
    code = code.slice(0, from) + code.slice(to + 3);
  }
  for (const [from, to] of simpler) {
    if (code.search(from) < 0) fail(from);
    code = code.replace(from, to);
  }
  return code;
}

// What symbols are called, and an error that never leaves the runtime.
function nameless(code, fail) {
  const message = /message = '[^']*';/;
  if (!message.test(code)) fail();
  return code.replace(message, '').replace(/Symbol\('[^']*'\)/g, 'Symbol()');
}

// Where pages are rendered. Looking at each character takes JavaScriptCore a tenth of what a regular expression does.
const escaping = `export function escape_html(value, is_attr) {
  const text = typeof value === 'string' ? value : String(value ?? '');
  let escaped = '';
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 38 && c !== 60 && !(c === 34 && is_attr)) continue;
    escaped += text.slice(last, i) + (c === 38 ? '&amp;' : c === 60 ? '&lt;' : '&quot;');
    last = i + 1;
  }
  return last === 0 ? text : escaped + text.slice(last);
}`;

// What components write into: one text. Nobody here is waited for, no component has a head, a boundary or a context, and a `select` is told by
// its options what is chosen. Of what is written back (`bind:`) there is no more than one more try.
const renderer = `import { escape_html } from '../../escaping.js';
import { set_ssr_context } from './context.js';
import { BLOCK_CLOSE, BLOCK_OPEN } from './hydration.js';
import { attributes } from './index.js';
export class Renderer {
  text = '';
  constructor(global) {
    this.global = global;
  }
  push(text) {
    this.text += text;
  }
  component(write) {
    write(this);
  }
  option(attrs, body) {
    let inner = body;
    if (typeof body === 'function') {
      const before = this.text;
      this.text = '';
      body(this);
      inner = this.text.replaceAll('<!---->', '');
      this.text = before;
    } else {
      inner = escape_html(body);
    }
    this.text += '<option' + attributes(attrs) + '>' + inner + '</option>';
  }
  copy() {
    const copy = new Renderer(this.global);
    copy.text = this.text;
    return copy;
  }
  subsume(copy) {
    this.text = copy.text;
  }
  static render(component) {
    let uid = 1;
    const renderer = new Renderer({ uid: () => 's' + uid++ });
    set_ssr_context({ p: null, c: null, r: renderer, i: false });
    try {
      renderer.push(BLOCK_OPEN);
      component(renderer, {});
      renderer.push(BLOCK_CLOSE);
    } finally {
      set_ssr_context(null);
    }
    return { head: '', body: renderer.text };
  }
}`;
const methods = new Set(['push', 'component', 'option', 'copy', 'subsume', 'global']);

// Made while a page is rendered, and then for good: without a second function around it, and without looking at `arguments`.
const derived = [
  /export function derived\(fn\) \{[\s\S]*?\n}/,
  `export function derived(fn) {
  if (ssr_context === null) return fn;
  let value = UNINITIALIZED;
  return (next) => (next !== undefined ? (value = next) : value === UNINITIALIZED ? (value = fn()) : value);
}`,
];

// Nothing here says \`translate\`.
const attr = [/\(has_own_property\.call\(replacements, name\) && replacements\[name\]\.get\(value\)\) \|\| value/, 'value'];

const onServer = { 'internal/server/index.js': derived, 'internal/shared/attributes.js': attr };

export const serverRuntime = {
  name: 'server-runtime',
  enforce: 'pre',
  load(id) {
    if (id.endsWith('/svelte/src/escaping.js')) return escaping;
    return id.endsWith('/svelte/src/internal/server/renderer.js') ? renderer : null;
  },
  transform(code, id) {
    if (id.includes('/web/src/') && /\b(onDestroy|[sg]etContext|translate=)\b/.test(code)) {
      this.error(`${id}: nobody calls onDestroy, keeps a context or replaces what \`translate\` says where pages are rendered`);
    }
    const [from, to] = onServer[id.split('/svelte/src/')[1]] ?? [];
    if (from === undefined) return null;
    if (!from.test(code)) this.error(`${id}: no ${from}`);
    return { code: code.replace(from, to), map: null };
  },
};

// What the compiler makes of a component calls nothing else.
export const serverComponents = {
  name: 'server-components',
  enforce: 'post',
  transform(code, id) {
    if (!id.includes('/web/src/')) return null;
    for (const [, name] of code.matchAll(/\$\$(?:inner_)?renderer\.(\w+)/g)) {
      if (!methods.has(name)) this.error(`${id}: pages are rendered without ${name}`);
    }
    return null;
  },
};

export const runtime = {
  name: 'runtime',
  enforce: 'pre',
  load: (id) => (id.endsWith('/clsx.mjs') ? clsx : (replaced[id.split(inside)[1]] ?? null)),
  transform(code, id) {
    if (id.includes('/web/src/') && /class=\{[[{]/.test(code)) this.error(`${id}: classes are text`);
    if (id.includes('/web/src/') && /\$state(<[^(]*>)?\(\s*[[{]/.test(code)) this.error(`${id}: use $state.raw for objects and arrays`);
    if (id.endsWith(`${inside}reactivity/batch.js`)) return { code: shorten(code, (what) => this.error(`${id}: no ${what}`)), map: null };
    if (id.endsWith(`${inside}constants.js`)) return { code: nameless(code, () => this.error(`${id}: no message`)), map: null };
    return null;
  },
};
