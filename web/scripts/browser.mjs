// SPDX-License-Identifier: Apache-2.0
// A headless Chromium on the preview, and the pages that every check visits.
import { chromium } from 'playwright-core';
import { serve } from './preview.mjs';

export const pages = [
  ['guest', '/'], ['guest', '/c/vegetables'], ['guest', '/c/tools'], ['guest', '/top'], ['guest', '/categories'], ['guest', '/tags'],
  ['guest', '/t/tomatoes/17'], ['guest', '/t/tomatoes/17/20'], ['guest', '/u/marlene'], ['guest', '/login'], ['guest', '/signup'],
  ['guest', '/setup/token'], ['guest', '/reset/token'], ['guest', '/nowhere'], ['guest', '/search'], ['guest', '/search?q=green+tomatoes'], ['guest', '/search?q=tag%3Acompost+%40anna+wrom+colour%3Ared+%22box'], ['guest', '/search?q=nothing+tag%3Ared'], ['guest', '/search?q=building'],
  ['guest', '/broken/503'], ['member', '/'],
  ['member', '/unread'], ['member', '/new-topics'], ['member', '/t/tomatoes/17'], ['member', '/new'], ['member', '/p/502/edit'],
  ['member', '/p/502/history'], ['member', '/settings'], ['admin', '/t/tomatoes/17'], ['admin', '/admin'],
  ['admin', '/admin/users'], ['admin', '/admin/categories'], ['admin', '/admin/tags'], ['admin', '/admin/edge'], ['admin', '/admin/search'],
];

export const name = (as, path) => `${as}-${path.slice(1).replaceAll(/[^\w.-]+/g, '-') || 'home'}`;

export async function open(port) {
  const server = await serve(port);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const address = (as, path, lang = 'en') => `http://127.0.0.1:${port}${path}${path.includes('?') ? '&' : '?'}as=${as}&lang=${lang}`;
  return { browser, address, close: async () => (await browser.close(), server.close()) };
}
