// SPDX-License-Identifier: Apache-2.0
// A text that is being written, kept on the device until it is sent: per target, with the key that makes sending it
// twice harmless. Nothing of it stays after sending.
const wait = 400;

// Not crypto.randomUUID: that exists on secure pages only, and a community may start on plain http.
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface Kept<T> {
  values: T;
  key: string;
  at: number;
}

export class Draft<T extends object> {
  // When it was kept last, 0: not yet.
  savedAt = $state(0);
  key: string;
  readonly restored: T | null;
  #name: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: T | null = null;

  constructor(target: string) {
    this.#name = `draft:${target}`;
    const kept = this.#read();
    this.key = kept?.key ?? randomKey();
    this.restored = kept?.values ?? null;
    this.savedAt = kept?.at ?? 0;
  }

  #read(): Kept<T> | null {
    try {
      return JSON.parse(localStorage.getItem(this.#name) ?? 'null');
    } catch {
      return null;
    }
  }

  keep(values: T): void {
    this.#waiting = values;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  // At once, for when the page goes away.
  flush(): void {
    clearTimeout(this.#timer);
    if (!this.#waiting) return;
    const kept: Kept<T> = { values: this.#waiting, key: this.key, at: Date.now() };
    this.#waiting = null;
    try {
      localStorage.setItem(this.#name, JSON.stringify(kept));
      this.savedAt = kept.at;
    } catch {
      // A full or forbidden storage: the text is on the page still.
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#waiting = null;
    this.key = randomKey();
    this.savedAt = 0;
    try {
      localStorage.removeItem(this.#name);
    } catch {
      // Nothing was kept then.
    }
  }
}

export const clockTime = (at: number): string => {
  const date = new Date(at);
  return `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`;
};
