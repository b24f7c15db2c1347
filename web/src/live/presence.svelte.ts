// SPDX-License-Identifier: Apache-2.0
// Who else reads the topic that is open, and who writes there.
import { m } from '$m/live';

interface Reader {
  id: string;
  username: string;
  displayName: string;
}

class Presence {
  readers: Reader[] = $state.raw([]);
  #typing: string[] = $state.raw([]);
  // Everybody else, guests too.
  others = $state(0);

  see(me: string, users: Reader[], typing: string[], count: number, guests: number): void {
    this.readers = users.filter((user) => user.id !== me);
    this.#typing = typing;
    this.others = count + guests - 1;
  }

  // What somebody has sent he does not write any more.
  wrote(id: string): void {
    this.#typing = this.#typing.filter((other) => other !== id);
  }

  clear(): void {
    this.see('', [], [], 1, 0);
  }

  get words(): string {
    const names = this.readers.filter((user) => this.#typing.includes(user.id)).map((user) => user.displayName || user.username);
    return names.length ? m.typing(names) : '';
  }
}

export const presence = new Presence();
