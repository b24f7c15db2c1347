// SPDX-License-Identifier: Apache-2.0
// The page that is shown now: its props and its component. The router changes it, the frame draws it.
import type { Component } from 'svelte';
import type { Props } from './props';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each page takes its own props
export type Page = Component<{ p: any }>;

class Current {
  props = $state.raw<Props>(undefined as never);
  component = $state.raw<Page>(undefined as never);
  // Changes with each page, so that two topics in a row do not share a component's state.
  visit = $state(0);
  // True while a page has been on its way for longer than a blink.
  slow = $state(false);
  // Read out by screen readers after a navigation.
  announcement = $state('');

  set(props: Props, component: Page): void {
    this.props = props;
    this.component = component;
    this.visit++;
  }
}

export const current = new Current();
