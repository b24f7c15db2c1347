// SPDX-License-Identifier: Apache-2.0
// Topics that resemble the one that is being read, once its end is near: nothing above it moves.
import { mount, unmount } from 'svelte';
import { current } from '$lib/current.svelte';
import { nearing } from '$lib/nearing';
import Similar from '../../../search/Similar.svelte';
import type { Stream } from '../stream.svelte';

export function watchEnd(page: HTMLElement, stream: Stream): () => void {
  const place = document.createElement('div');
  place.className = 'similar-topics';
  page.querySelector('.sheet')!.append(place);
  let drawn: object | undefined;
  const stop = nearing(async () => {
    if (drawn) return false;
    if (stream.topic.nextPageToken) {
      // More posts are on their way, and may come without this place leaving the screen.
      await new Promise((soon) => setTimeout(soon, 500));
      return true;
    }
    drawn = mount(Similar, { target: place, props: { path: `/search/similar?topic_id=${stream.topic.id}`, categories: current.props.categories } });
    return false;
  })(place);
  return () => {
    stop();
    if (drawn) void unmount(drawn);
    place.remove();
  };
}
