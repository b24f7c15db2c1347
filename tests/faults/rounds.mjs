// SPDX-License-Identifier: Apache-2.0
// What the tests of faults share.
export const FLAGS = ['--no-rate-limit', '--no-access-log', '--log-level', 'error'];
export const KILLS = process.env.FORIUM_TEST_FULL ? 20 : 4;
export const PAUSE_MS = process.env.FORIUM_TEST_FULL ? 10_000 : 6_000;

export function assert(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
