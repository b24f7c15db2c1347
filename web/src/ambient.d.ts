// SPDX-License-Identifier: Apache-2.0
// True in the SSR bundle: what a <noscript> holds is for the server's render alone.
declare const __SSR__: boolean;
