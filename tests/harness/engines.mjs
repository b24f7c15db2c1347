// SPDX-License-Identifier: Apache-2.0
// The same community on each engine, and in each shape: `sqlite` and `postgres` in one process, `suite` as processes of
// their own on Postgres. Tests take `--engine A[,B]`.
import {Forium} from './forium.mjs';
import {Postgres} from './postgres.mjs';

export const ENGINES = ['sqlite', 'postgres', 'suite'];

/** Takes `--engine A[,B]`, `--engine both` and `--suite` out of `args`; which engines a run is for. */
export function takeEngines(args, otherwise) {
  let chosen = otherwise;
  const at = args.indexOf('--engine');
  if (at >= 0) {
    const [, names = ''] = args.splice(at, 2);
    chosen = names === 'both' ? ['sqlite', 'postgres'] : names.split(',');
  }
  const suite = args.indexOf('--suite');
  if (suite >= 0) {
    args.splice(suite, 1);
    chosen = ['suite'];
  }
  const wrong = chosen.find((name) => !ENGINES.includes(name));
  if (wrong !== undefined) throw new Error(`--engine is one of ${ENGINES.join(', ')}, not "${wrong}"`);
  return chosen;
}

/** A running community with data of its own; its stop() takes all of it away. `flags` are the gateway's. */
export async function startOn(engine, {flags = []} = {}) {
  if (engine === 'sqlite') return Forium.start({flags});
  if (engine === 'suite') {
    const {Suite} = await import('./suite.mjs');
    return Suite.start({flags});
  }
  const postgres = await Postgres.start();
  try {
    const dsn = await postgres.database('community');
    const forium = await Forium.start({flags: [...flags, '--database-dsn', dsn]});
    const stop = forium.stop.bind(forium);
    forium.stop = async () => {
      const end = await stop();
      await postgres.stop();
      return end;
    };
    return forium;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
