// SPDX-License-Identifier: Apache-2.0
// What a page gets: one JSON object, made by the gateway, rendered on the server and hydrated here.
import type {
  Category, Link, ListRevisionsResponse, ListSessionsResponse, ListTagsResponse, ListTopicsResponse,
  Index, ListUserPostsResponse, ListUsersResponse, Me, Post, SearchAnalytics, SearchMembersResponse, SearchResponse, Site, Statistics,
  Topic, Unread, User, UserStatistics,
} from '$gen/types';
import type { Edge } from '../pages/admin-edge/edge';

// RFC 9457, with the fields that the gateway adds.
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail: string;
  reason: string;
  field?: string;
  requestId?: string;
  retryAfter?: number;
  metadata?: Record<string, string>;
}

// What a form without JavaScript had sent, and why it was refused.
export interface SentForm {
  values: Record<string, string>;
  error: Problem;
}

export interface ListData {
  kind: 'latest' | 'top' | 'new' | 'unread' | 'category' | 'tag';
  order?: string;
  period?: string;
  category?: Category | null;
  tag?: string;
  topics: ListTopicsResponse;
}

export interface SearchData {
  q: string;
  // `off`: this server has no search. `building`: there is no index yet. `away`: no answer.
  state: 'ready' | 'off' | 'building' | 'away';
  // Results on the pages before this one.
  before: number;
  found: SearchResponse | null;
  members: SearchMembersResponse | null;
}

export interface PageData {
  list: ListData;
  categories: Record<string, never>;
  // `pageToken`: of this page, empty for the first one.
  tags: { tags: ListTagsResponse; pageToken: string };
  topic: { topic: Topic; postNumber: number };
  profile: { user: User; statistics: UserStatistics; activity: ListUserPostsResponse; tab: string };
  login: { next: string; invite?: string };
  signup: { next: string; invite?: string };
  link: { link: Link; token: string };
  search: SearchData;
  // `title`: what was looked for and not found.
  new: { category: string; title: string };
  edit: { post: Post };
  history: { post: Post; revisions: ListRevisionsResponse };
  settings: { sessions: ListSessionsResponse };
  admin: { statistics: Statistics };
  'admin-users': { users: ListUsersResponse; query: string; filter: string; pageToken: string };
  'admin-categories': Record<string, never>;
  'admin-tags': { tags: ListTagsResponse; pageToken: string };
  'admin-edge': { edge: Edge };
  'admin-search': { index: Index | null; analytics: SearchAnalytics | null; off: boolean };
  error: { status: number; reason: string; detail: string; requestId: string };
}

export type PageName = keyof PageData;

export interface FrameProps {
  path: string;
  locale: string;
  dir: 'ltr' | 'rtl';
  site: Site;
  me: Me | null;
  categories: Category[];
  unread: Unread | null;
  title: string;
  description: string;
  canonical: string;
  robots: string;
  publicUrl: string;
  requestId: string;
  form: SentForm | null;
}

export type Props<N extends PageName = PageName> = { [K in N]: FrameProps & { page: K; data: PageData[K] } }[N];
