// SPDX-License-Identifier: Apache-2.0
// Follows channels for a page. What is done with what they say lies in chunks of their own, loaded when something is said.
import { Failure } from '$lib/api';
import { Connection, type Message } from './connection';

export interface Follower {
  hear(message: Message): void | Promise<void>;
  leave?(): void;
}
type Load<Context> = () => Promise<{ join(context: Context): Follower }>;

const connection = new Connection();

export const say = (message: object): boolean => connection.say(message);

// `behind`: told when it has begun, to ask for what came between the page and the subscription.
export function follow<Context>(channels: string[], behind: boolean, load: Load<Context>, context: Context): () => void {
  let turn: Promise<unknown> = Promise.resolve();
  let follower: Follower | null = null;
  let gone = false;
  const stop = connection.listen(channels, (message) => {
    // Signed out elsewhere; a page that leaves by itself is gone before that.
    if (message.type === 'ended') return void setTimeout(() => location.reload(), 2000);
    if (message.type === 'subscribed' && !behind) return;
    behind &&= message.type !== 'subscribed';
    // That one reads alone is no news.
    if (!follower && message.kind === 'presence' && message.users.length + message.guests < 2) return;
    turn = turn.then(async () => {
      const { join } = await load();
      if (!gone) await (follower ??= join(context)).hear(message);
    }).catch((error) => {
      // What could not be asked for now comes with a later event.
      if (!(error instanceof Failure) && navigator.onLine) console.error(error);
    });
  });
  return () => {
    gone = true;
    stop();
    follower?.leave?.();
  };
}
