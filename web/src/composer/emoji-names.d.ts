// SPDX-License-Identifier: Apache-2.0
declare module '$emoji' {
  // "name character name character …", made by scripts/emoji.mjs.
  export const names: string;
}
