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
  typing: string[] = $state.raw([]);
  // Everybody else, guests too.
  others = $state(0);

  see(me: string, users: Reader[], typing: string[], count: number, guests: number): void {
    this.readers = users.filter((user) => user.id !== me);
    this.typing = this.readers.filter((user) => typing.includes(user.id)).map((user) => user.displayName || user.username);
    this.others = count + guests - 1;
  }

  clear(): void {
    this.see('', [], [], 1, 0);
  }

  get words(): string {
    return this.typing.length ? m.typing(this.typing) : '';
  }
}

export const presence = new Presence();
