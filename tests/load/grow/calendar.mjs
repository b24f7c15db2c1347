// SPDX-License-Identifier: Apache-2.0
// When things are written after the corpus ended: every month as many posts more as the one before, from the corpus' mean on,
// so that the last one comes at the end. Ids of posts grow with time, as they do in a forum.

const DAY = 86_400_000;
const MONTH = 30.44 * DAY;

export class Calendar {
  #after;  // of each id: itself while it is free, else where a free one may be

  /** @param {{from: number, until: number, perMonth: number, posts: number, firstId: number}} plan times in ms */
  constructor({from, until, perMonth, posts, firstId}) {
    Object.assign(this, {from, until, posts, firstId});
    this.months = (until - from) / MONTH;
    this.growth = growthFor(posts / perMonth, this.months);
    // Twice the room, so that a free id is near, and some more for answers that come late.
    this.#after = Int32Array.from({length: 3 * posts + 1000}, (_, i) => i);
  }

  /** The time by which a share of all posts is written. */
  timeAt(share) {
    const month = Math.abs(this.growth) < 1e-9 ? share * this.months :
      Math.log1p(share * Math.expm1(this.growth * this.months)) / this.growth;
    return this.from + month * MONTH;
  }

  /**
   * Times of the posts of a topic that begins when `share` of all is written, `after` ms from its first in the real one. What would
   * come after the end comes some time before it.
   */
  timesOf(share, timeOfDay, after, random) {
    const day = Math.floor(this.timeAt(share) / DAY) * DAY;
    let time = Math.min(Math.max(day + timeOfDay, this.from), this.until - DAY);
    return after.map((ms, i) => {
      const next = time + Math.max(0, i ? ms - after[i - 1] : 0);
      const left = after.length - i;
      time = next < this.until ? next : Math.min(this.until - 1, Math.floor(time + (this.until - time) * random.next() / left));
      return time;
    });
  }

  /** A free id for a post of that time, over `above`. */
  idFor(time, above) {
    const share = Math.expm1(this.growth * (time - this.from) / MONTH) / Math.expm1(this.growth * this.months);
    const at = this.#free(Math.max(Math.floor(share * 2 * this.posts), above - this.firstId + 1));
    this.#after[at] = at + 1;
    return this.firstId + at;
  }

  /** The first free one from `at` on; shortens the way for those who come next. */
  #free(at) {
    let found = at;
    while (this.#after[found] !== found) {
      if (found >= this.#after.length) throw new Error('The ids of posts have run out.');
      found = this.#after[found];
    }
    while (this.#after[at] !== found) [at, this.#after[at]] = [this.#after[at], found];
    return found;
  }
}

/** The growth a month g with (e^(g months) - 1) / g = ratio; by halving. */
function growthFor(ratio, months) {
  let [low, high] = [-2, 5];
  for (let i = 0; i < 100; ++i) {
    const g = (low + high) / 2;
    const sum = Math.abs(g) < 1e-9 ? months : Math.expm1(g * months) / g;
    if (sum < ratio) low = g; else high = g;
  }
  return Math.abs(low) < 1e-7 ? 1e-7 : low;
}
