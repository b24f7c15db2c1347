// SPDX-License-Identifier: Apache-2.0
// The SSR bundle: one script that defines `render`, a pure function from props to the HTML document that waits for them.
import { render as renderComponent } from 'svelte/server';
import App from '../App.svelte';
import { page as documentOf } from '../document/document';
import { setLocale } from '../messages/locale';
import { current, type Page } from '$lib/current.svelte';
import type { Category } from '$gen/types';
import { sentence } from '$lib/lazy/problems';
import type { PageName, Props } from '$lib/props';
import List from '../pages/list/ListPage.svelte';
import Topic from '../pages/topic/TopicPage.svelte';
import '../pages/topic/member';
import Categories from '../pages/categories/CategoriesPage.svelte';
import Tags from '../pages/tags/TagsPage.svelte';
import Profile from '../pages/profile/ProfilePage.svelte';
import Login from '../pages/login/LoginPage.svelte';
import Signup from '../pages/signup/SignupPage.svelte';
import Link from '../pages/link/LinkPage.svelte';
import New from '../pages/new/NewPage.svelte';
import Edit from '../pages/edit/EditPage.svelte';
import History from '../pages/history/HistoryPage.svelte';
import Settings from '../pages/settings/SettingsPage.svelte';
import Admin from '../pages/admin/AdminPage.svelte';
import AdminUsers from '../pages/admin-users/AdminUsersPage.svelte';
import AdminCategories from '../pages/admin-categories/AdminCategoriesPage.svelte';
import AdminTags from '../pages/admin-tags/AdminTagsPage.svelte';
import AdminEdge from '../pages/admin-edge/AdminEdgePage.svelte';
import AdminSearch from '../pages/admin-search/AdminSearchPage.svelte';
import Search from '../pages/search/SearchPage.svelte';
import Error from '../pages/error/ErrorPage.svelte';

const pages: Record<PageName, Page> = {
  list: List, topic: Topic, categories: Categories, tags: Tags, profile: Profile, login: Login, signup: Signup, link: Link,
  new: New, edit: Edit, history: History, settings: Settings, admin: Admin, 'admin-users': AdminUsers,
  'admin-categories': AdminCategories, 'admin-tags': AdminTags, 'admin-edge': AdminEdge,
  'admin-search': AdminSearch, search: Search, error: Error,
};

// What pages share, and as which text it came.
let shared = '';
let categories: Category[] = [];

// `common`: the categories, which are the same for page after page.
function render(json: string, common: string): string {
  const props = JSON.parse(json) as Props;
  if (common !== shared) {
    categories = JSON.parse(common) as Category[];
    shared = common;
  }
  props.categories = categories;
  setLocale(props.locale);
  if (props.form) props.form.error.detail = sentence(props.form.error);
  current.set(props, pages[props.page] ?? Error);
  return documentOf(props, renderComponent(App).body);
}

(globalThis as unknown as { render: typeof render }).render = render;
