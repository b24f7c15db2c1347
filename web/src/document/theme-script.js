// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint: a guest's choices lie on the device; a member's come with the page (`data-fixed`).
// The text is constant, so that the Content-Security-Policy can allow it by its hash.
export const THEME_SCRIPT =
  'try{let d=document.documentElement.dataset,k,v;if(!("fixed"in d))for(k of["theme","density"])(v=localStorage[k])&&(d[k]=v)}catch{}';
