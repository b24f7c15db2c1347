// SPDX-License-Identifier: Apache-2.0
// The present minute. 0 until the client runs, so that hydration meets the server's absolute times.
class Clock {
  now = $state(0);

  start(): void {
    const tick = () => (this.now = Date.now());
    tick();
    setInterval(tick, 60_000);
  }
}

export const clock = new Clock();
