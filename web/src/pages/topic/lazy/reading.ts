// SPDX-License-Identifier: Apache-2.0
// What a topic does once somebody reads it: keeps the read mark, shows its title in a line, offers to copy code and to
// quote, draws the timeline, shows similar topics at the end. Loaded at once for members, for guests when they do anything.
import { mount, unmount } from 'svelte';
import { put } from '$lib/api';
import { m } from '$m/topic';
import type { Stream } from '../stream.svelte';
import { decorate } from './code';
import { Place } from './place.svelte';
import { watchSelection } from './quote';
import { watchEnd } from './similar';

const markAfter = 2500;

// The highest number that has been on the screen goes to the server, now and then and when one leaves.
function keepMark(stream: Stream, seen: () => number): () => void {
  let sent = stream.topic.lastReadNumber;
  const send = () => {
    const number = seen();
    if (number <= sent) return;
    sent = number;
    put(`/topics/${stream.topic.id}/read`, { number }).catch(() => (sent = 0));
  };
  const timer = setInterval(send, markAfter);
  addEventListener('pagehide', send);
  return () => {
    clearInterval(timer);
    removeEventListener('pagehide', send);
    send();
  };
}

// Beside the posts where there is room, else at the end of the line with the title.
function drawTimeline(page: HTMLElement, stream: Stream, place: Place): () => void {
  const room = matchMedia('(width >= 80rem)');
  let drawn: object | undefined;
  let turn = 0;
  const stop = () => {
    turn++;
    if (drawn) void unmount(drawn);
    drawn = undefined;
  };
  const draw = async () => {
    stop();
    const mine = turn;
    const { default: Timeline } = await import('./Timeline.svelte');
    const target = page.querySelector(room.matches ? '.time' : '.stick');
    if (target && mine === turn) drawn = mount(Timeline, { target, props: { stream, place, folded: !room.matches } });
  };
  void draw();
  room.addEventListener('change', draw);
  return () => {
    room.removeEventListener('change', draw);
    stop();
  };
}

export function start(page: HTMLElement, stream: Stream, member: boolean): () => void {
  const stops: (() => void)[] = [];
  let seen = 0;
  const place = new Place(stream.first);
  const numberOf = (element: Element) => Number(element.id.slice(1));
  const visible = new Set<Element>();
  const posts = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) visible.delete(target);
      else {
        visible.add(target);
        seen = Math.max(seen, numberOf(target));
      }
    }
    if (visible.size) place.reach(Math.min(...[...visible].map(numberOf)));
  }, { rootMargin: '-100px 0px -40% 0px' });
  const watch = () => {
    for (const post of page.querySelectorAll('.post, .small')) posts.observe(post);
    decorate(page, m.copyCode, m.copied);
  };
  watch();
  const added = new MutationObserver(watch);
  added.observe(page.querySelector('.posts')!, { childList: true, subtree: true });
  stops.push(() => (posts.disconnect(), added.disconnect()));
  if (member) stops.push(keepMark(stream, () => seen));

  const title = new IntersectionObserver(([entry]) => page.classList.toggle('stuck', !entry?.isIntersecting), { rootMargin: '-56px 0px 0px' });
  title.observe(page.querySelector('h1')!);
  stops.push(() => title.disconnect());

  if (stream.topic.lastPostNumber > 5) stops.push(drawTimeline(page, stream, place));
  stops.push(watchSelection(page, stream), watchEnd(page, stream));
  return () => stops.forEach((stop) => stop());
}
