// SPDX-License-Identifier: Apache-2.0
export const m = {
  keys: [
    ['j', 'Next topic or post'], ['k', 'The one before'], ['r', 'Reply'], ['l', 'Like'], ['e', 'Edit'], ['c', 'New topic'], ['/', 'Search'],
    ['g h', 'Latest topics'], ['g n', 'New topics'], ['g u', 'Unread topics'], ['g t', 'Top topics'], ['g c', 'Categories'], ['g s', 'Settings'],
    ['Ctrl Enter', 'Send what you write'], ['Esc', 'Put the composer aside'], ['.', 'Show what is new'], ['?', 'This help'],
  ] as [string, string][],
};
