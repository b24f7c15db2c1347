// SPDX-License-Identifier: Apache-2.0
// Reads a claim: steps divided by `===`, each a request and, after `---`, what is expected.

/**
 * @typedef {{line: number, request: string, as: string, raw: boolean, repeat: number, within: number, expected: string[]}} Step
 * @returns {Step[]}
 */
export function parseClaim(text, name) {
  const steps = [];
  let line = 1;
  for (const part of text.split(/^===\n/m)) {
    const lines = part.split('\n');
    const divider = lines.indexOf('---');
    if (divider < 0) throw new Error(`${name}:${line}: a step has no line of three dashes`);
    const step = {line, as: 'nobody', raw: false, repeat: 1, within: 0, request: '', expected: []};
    let at = 0;
    for (; at < divider; ++at) {
      const words = lines[at].trim();
      if (words === '' || words.startsWith('#')) continue;
      const setting = /^@(as|raw|repeat|within)\b\s*(\S*)$/.exec(words);
      if (!setting) break;
      if (setting[1] === 'as') step.as = setting[2];
      if (setting[1] === 'raw') step.raw = true;
      if (setting[1] === 'repeat') step.repeat = Number(setting[2]);
      if (setting[1] === 'within') step.within = Number(setting[2]);
    }
    step.request = lines.slice(at, divider).join('\n');
    step.expected = lines.slice(divider + 1).filter((it) => it.trim() !== '' && !it.startsWith('#'));
    if (step.expected.length === 0) throw new Error(`${name}:${line}: a step expects nothing`);
    steps.push(step);
    line += lines.length;
  }
  return steps;
}

/** `{{name}}` from `variables`, `{{text*N}}` the text N times. */
export function fill(text, variables) {
  return text.replace(/\{\{([^}]+)\}\}/g, (_, name) => {
    const times = /^(.+)\*(\d+)$/s.exec(name);
    if (times) return times[1].repeat(Number(times[2]));
    if (!(name in variables)) throw new Error(`there is no variable ${name}`);
    return String(variables[name]);
  });
}
