// SPDX-License-Identifier: Apache-2.0
// A problem in the reader's language: by its reason, else the server's own sentence.
import { m } from '$m/problems';
import { Failure } from '../api';
import type { Problem } from '../props';

export function sentence(problem: Problem): string {
  const known = m.reasons[problem.reason as keyof typeof m.reasons];
  if (problem.reason === 'INVALID_FIELD' && problem.detail) return problem.detail;
  if (known && problem.retryAfter) return `${known} ${m.retry(problem.retryAfter)}`;
  return known ?? (problem.detail || m.reasons.INTERNAL);
}

export const explain = (error: unknown): string =>
  error instanceof Failure ? sentence(error.problem) : m.reasons.INTERNAL;
