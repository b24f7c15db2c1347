// SPDX-License-Identifier: Apache-2.0
// What no page may do, written down while it is open: complain in the console, break the Content-Security-Policy, move
// what is shown, or be wider than its window.

// A browser calls a page's or an answer's own status a failed resource; what it means is for the flow to check.
const ownStatus = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** @returns {string[]} complaints; grows while the page lives */
export function watchConsole(page, {script}) {
  const complaints = [];
  const at = () => new URL(page.url(), 'http://nowhere').pathname;
  page.on('console', (message) => {
    if (message.type() === 'error' && !ownStatus.test(message.text())) complaints.push(`${at()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${at()}: ${error.stack ?? error}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // Left behind by going on; and a browser without scripts refuses to preload them.
    if (why === 'net::ERR_ABORTED' || (!script && request.resourceType() === 'script')) return;
    complaints.push(`${at()}: ${request.url()} failed: ${why}`);
  });
  return complaints;
}

/** Sums the layout shift of each document, from its first moment. */
export function watchLayout(context) {
  return context.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) {
        if (entry.hadRecentInput) continue;
        const rect = ({x, y, width, height}) => `${x},${y} ${width}x${height}`;
        const moved = entry.sources.map(({node, previousRect, currentRect}) =>
          `${node?.id || node?.getAttribute?.('class') || node?.nodeName} from ${rect(previousRect)} to ${rect(currentRect)}`);
        window.shifts.push(`${entry.value.toFixed(4)} (${moved.join(', ')})`);
      }
    }).observe({type: 'layout-shift', buffered: true});
  });
}

/** What is wrong with the layout now, as sentences. */
export async function layoutFaults(page, {shift = true} = {}) {
  const {shifts, width, client, widest} = await page.evaluate(() => {
    const client = document.documentElement.clientWidth;
    const outside = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > client + 1);
    return {shifts: window.shifts ?? [], width: document.documentElement.scrollWidth, client,
      widest: outside.slice(0, 4).map((element) => `${element.nodeName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)};
  });
  const faults = [];
  if (shift && shifts.length) faults.push(`layout shift ${shifts.join('; ')}`);
  if (width > client) faults.push(`${width} px wide in a window of ${client}: ${widest.join(', ')}`);
  return faults;
}
