// SPDX-License-Identifier: Apache-2.0
import { parts } from './member-parts';
import PostActions from './PostActions.svelte';
import TopicForms from './TopicForms.svelte';
import TopicMenu from './TopicMenu.svelte';

Object.assign(parts, { PostActions, TopicForms, TopicMenu });
