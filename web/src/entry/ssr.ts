// SPDX-License-Identifier: Apache-2.0
// The SSR bundle: one script that defines `render`, a pure function from props to the HTML document.
import { render as renderComponent } from 'svelte/server';
import App from '../App.svelte';
import { page as documentOf } from '../document/document';
import { setLocale } from '../messages/locale';
import { current, type Page } from '$lib/current.svelte';
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

const key = '"html":"';
const backslash = 92;

// The texts of posts are in the page already. Within a string of JSON no such quote stands without a backslash before it.
// By hand: a regular expression for this takes JavaScriptCore ten times as long as the rest of the page.
function withoutTexts(json: string): string {
  let out = '';
  let from = 0;
  for (let at = json.indexOf(key); at >= 0; at = json.indexOf(key, from)) {
    at += key.length;
    out += json.slice(from, at);
    for (from = json.indexOf('"', at); ; from = json.indexOf('"', from + 1)) {
      let slashes = 0;
      while (json.charCodeAt(from - 1 - slashes) === backslash) slashes++;
      if (slashes % 2 === 0) break;
    }
  }
  return out + json.slice(from);
}

function render(json: string): string {
  const props = JSON.parse(json) as Props;
  setLocale(props.locale);
  if (props.form) props.form.error.detail = sentence(props.form.error);
  current.set(props, pages[props.page] ?? Error);
  const { body } = renderComponent(App);
  return documentOf(props, body, props.page === 'topic' ? withoutTexts(json) : json);
}

(globalThis as unknown as { render: typeof render }).render = render;
