// SPDX-License-Identifier: Apache-2.0
// The pages of the client, a chunk each. The SSR bundle has its own list in entry/ssr.ts.
import type { Page } from '$lib/current.svelte';
import type { PageName } from '$lib/props';

const staff = (name: keyof (typeof import('./staff'))['pages']) => async () => (await import('./staff')).pages[name]();

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
  admin: staff('admin'),
  'admin-users': staff('admin-users'),
  'admin-categories': staff('admin-categories'),
  'admin-tags': staff('admin-tags'),
  'admin-edge': staff('admin-edge'),
  'admin-search': staff('admin-search'),
  search: () => import('./search/SearchPage.svelte'),
  error: () => import('./error/ErrorPage.svelte'),
};
