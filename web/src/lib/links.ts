// SPDX-License-Identifier: Apache-2.0
// Addresses of things, in one place.
export const topicLink = (topic: { slug: string; id: string }): string => `/t/${topic.slug}/${topic.id}`;

// With the fragment, so that the browser finds the post without JavaScript, too.
export const postLink = (topic: { slug: string; id: string }, number: number): string =>
  `/t/${topic.slug}/${topic.id}/${number}#p${number}`;

export const userLink = (username: string): string => `/u/${encodeURIComponent(username)}`;
export const tagLink = (slug: string): string => `/tag/${encodeURIComponent(slug)}`;

// Where a form may lead: a path of this site, nothing else.
export const localPath = (path: string | undefined): string => (path && /^\/(?![/\\])/.test(path) ? path : '/');
