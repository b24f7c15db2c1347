// SPDX-License-Identifier: Apache-2.0
// The pages of the client, a chunk each. The SSR bundle has its own list in entry/ssr.ts.
import type { Page } from '$lib/current.svelte';
import type { PageName } from '$lib/props';

export const pages: Record<PageName, (member: boolean) => Promise<{ default: Page }>> = {
  list: () => import('./list/ListPage.svelte'),
  topic: async (member) => (await Promise.all([import('./topic/TopicPage.svelte'), member && import('./topic/member')]))[0],
  categories: () => import('./categories/CategoriesPage.svelte'),
  tags: () => import('./tags/TagsPage.svelte'),
  profile: () => import('./profile/ProfilePage.svelte'),
  login: () => import('./login/LoginPage.svelte'),
  signup: () => import('./signup/SignupPage.svelte'),
  link: () => import('./link/LinkPage.svelte'),
  new: () => import('./new/NewPage.svelte'),
  edit: () => import('./edit/EditPage.svelte'),
  history: () => import('./history/HistoryPage.svelte'),
  settings: () => import('./settings/SettingsPage.svelte'),
  admin: () => import('./admin/AdminPage.svelte'),
  'admin-users': () => import('./admin-users/AdminUsersPage.svelte'),
  'admin-categories': () => import('./admin-categories/AdminCategoriesPage.svelte'),
  'admin-tags': () => import('./admin-tags/AdminTagsPage.svelte'),
  'admin-edge': () => import('./admin-edge/AdminEdgePage.svelte'),
  error: () => import('./error/ErrorPage.svelte'),
};
