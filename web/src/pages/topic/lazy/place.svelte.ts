// SPDX-License-Identifier: Apache-2.0
// Where in the topic the reader is: the number of the first post on the screen, or the one that is being chosen.
export class Place {
  at = $state(1);
  choosing = $state(false);

  constructor(at: number) {
    this.at = at;
  }

  reach(number: number): void {
    if (!this.choosing) this.at = number;
  }
}
