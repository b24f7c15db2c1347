// SPDX-License-Identifier: Apache-2.0
// The pages of those who look after the community: a list of its own, so that readers do not load the names of its chunks.
export const pages = {
  admin: () => import('./admin/AdminPage.svelte'),
  'admin-users': () => import('./admin-users/AdminUsersPage.svelte'),
  'admin-categories': () => import('./admin-categories/AdminCategoriesPage.svelte'),
  'admin-tags': () => import('./admin-tags/AdminTagsPage.svelte'),
  'admin-edge': () => import('./admin-edge/AdminEdgePage.svelte'),
  'admin-search': () => import('./admin-search/AdminSearchPage.svelte'),
};
