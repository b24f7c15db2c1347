// SPDX-License-Identifier: Apache-2.0
// Every request to the API goes through here. A refusal is thrown as a Failure with the server's problem in it.
import type { Problem } from './props';
import { forget } from './router';

export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

const away: Problem = { title: '', status: 0, detail: '', reason: 'OFFLINE' };

export async function call<T>(method: string, path: string, body?: unknown, idempotencyKey?: string, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
  let response: Response;
  let answer;
  try {
    // Small things that are said in passing (a like, the read mark) arrive although one leaves the page.
    const keepalive = method === 'PUT' || method === 'DELETE';
    response = await fetch('/api/v1' + path, { method, headers, keepalive, signal: signal ?? null, body: body === undefined ? null : JSON.stringify(body) });
    answer = await response.json().catch(() => ({}));
  } catch {
    throw new Failure(away);
  } finally {
    if (method !== 'GET') forget();
  }
  if (response.ok) return answer as T;
  throw new Failure({ ...away, reason: 'INTERNAL', ...answer, status: response.status });
}

export const get = <T>(path: string, signal?: AbortSignal) => call<T>('GET', path, undefined, undefined, signal);
export const post = <T>(path: string, body: unknown = {}, idempotencyKey?: string) => call<T>('POST', path, body, idempotencyKey);
export const put = <T>(path: string, body?: unknown) => call<T>('PUT', path, body);
export const patch = <T>(path: string, body: unknown) => call<T>('PATCH', path, body);
export const del = <T>(path: string) => call<T>('DELETE', path);
