// SPDX-License-Identifier: Apache-2.0
// The SSR bundle: one script that defines `render`, a pure function from props to the HTML document.
import { render as renderComponent } from 'svelte/server';
import App from '../App.svelte';
import { page as documentOf } from '../document/document';
import { setLocale } from '../messages/locale';
import { current, type Page } from '$lib/current.svelte';
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
import Error from '../pages/error/ErrorPage.svelte';

const pages: Record<PageName, Page> = {
  list: List, topic: Topic, categories: Categories, tags: Tags, profile: Profile, login: Login, signup: Signup, link: Link,
  new: New, edit: Edit, history: History, settings: Settings, admin: Admin, 'admin-users': AdminUsers,
  'admin-categories': AdminCategories, 'admin-tags': AdminTags, error: Error,
};

function render(json: string): string {
  const props = JSON.parse(json) as Props;
  setLocale(props.locale);
  current.set(props, pages[props.page] ?? Error);
  const { body } = renderComponent(App);
  if (props.page === 'topic') for (const post of props.data.topic.posts) post.html = '';
  return documentOf(props, body);
}

(globalThis as unknown as { render: typeof render }).render = render;
