// SPDX-License-Identifier: Apache-2.0
// The windows that people read in: how wide, and whether scripts run. With FORIUM_TEST_FULL=1 every flow that can runs in
// all four; otherwise the three that differ most.
const make = (name, width, script) => ({name, width, height: 844, script});

export const desk = make('1280', 1280, true);
export const phone = make('390', 390, true);
export const plainPhone = make('390 no script', 390, false);
export const plainDesk = make('1280 no script', 1280, false);

export const FULL = process.env.FORIUM_TEST_FULL === '1';
export const everywhere = FULL ? [desk, phone, plainDesk, plainPhone] : [desk, phone, plainPhone];
/** One window by default, both widths in the full run. */
export const scripted = FULL ? [desk, phone] : [desk];
export const plain = FULL ? [plainDesk, plainPhone] : [plainPhone];
