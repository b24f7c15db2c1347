// SPDX-License-Identifier: Apache-2.0
import type { Author } from '$gen/types';

export const nobody: Author = { id: '0', username: '', displayName: '', role: 'MEMBER_ROLE' };

export function authorOf(authors: Author[] | undefined, id: string | undefined): Author {
  if (authors && id) for (const author of authors) if (author.id === id) return author;
  return nobody;
}
