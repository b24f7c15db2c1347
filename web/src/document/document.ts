// SPDX-License-Identifier: Apache-2.0
// The HTML document around a rendered page.
import type { Props } from '$lib/props';
import { THEME_SCRIPT } from './theme-script.js';

interface Assets {
  main: string;
  js: string[];
  css: string[];
  pages: Record<string, { js: string[]; css: string[] }>;
}
declare const __ASSETS__: Record<string, Assets>;

const special = /[&<>"]/;
const escape = (text: string): string =>
  special.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : text;

const preload = (href: string) => `<link rel="modulepreload" href="${href}">`;
const style = (href: string) => `<link rel="stylesheet" href="${href}">`;

// Constant for a language and page, so made once.
const heads = new Map<string, string>();
function assetTags(locale: string, page: string, member: boolean): string {
  const key = locale + page + member;
  let tags = heads.get(key);
  if (tags === undefined) {
    const assets = (__ASSETS__[locale] ?? __ASSETS__.en) as Assets;
    const own = assets.pages[page] ?? { js: [], css: [] };
    // Some pages have more for members.
    const more = (member && assets.pages[`${page}+`]?.js) || [];
    tags = `<script>${THEME_SCRIPT}</script>${[...assets.css, ...own.css].map(style).join('')}${
      [...new Set([...assets.js, ...own.js, ...more])].map(preload).join('')}<script type="module" src="${assets.main}"></script>`;
    heads.set(key, tags);
  }
  return tags;
}

// Twelve hues a turn would look alike, 36 are told apart: theme rules exist for steps of ten.
export const hueStep = (hue: number): number => (Math.round(hue / 10) * 10) % 360;

function htmlAttributes(p: Props): string {
  const wanted = p.me?.preferences;
  const theme = wanted?.theme || p.site.theme || 'system';
  let out = `lang="${escape(p.locale)}" dir="${p.dir}" data-hue="${hueStep(p.site.accentHue)}" data-theme="${escape(theme)}"`;
  if (wanted?.density) out += ` data-density="${escape(wanted.density)}"`;
  if (wanted?.theme) out += ' data-fixed';
  return out;
}

function meta(p: Props): string {
  const title = escape(p.title);
  let out = `<title>${title}</title><meta property="og:title" content="${title}"><meta property="og:site_name" content="${escape(p.site.name)}">`;
  if (p.description) {
    const description = escape(p.description);
    out += `<meta name="description" content="${description}"><meta property="og:description" content="${description}">`;
  }
  if (p.canonical) out += `<link rel="canonical" href="${escape(p.canonical)}"><meta property="og:url" content="${escape(p.canonical)}">`;
  if (p.robots) out += `<meta name="robots" content="${escape(p.robots)}">`;
  return out;
}

// Painted once all of it is there ("expect"), a few kilobytes: what is half read would move when the rest comes. Whoever renders puts the
// props into their place, which is empty here: they need not go through this machine again.
export function page(p: Props, body: string): string {
  const feed = p.page === 'list' && p.data.category ? `/c/${p.data.category.slug}/feed.atom` : '/feed.atom';
  return `<!doctype html><html ${htmlAttributes(p)}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,interactive-widget=resizes-content">${
    meta(p)}${assetTags(p.locale, p.page, p.me !== null)}<link rel="expect" href="#props" blocking="render"><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="manifest" href="/manifest.webmanifest"><link rel="alternate" type="application/atom+xml" href="${
    feed}"></head><body><div id="app">${body}</div><script type="application/json" id="props"></script></body></html>`;
}
