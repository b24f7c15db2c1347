// SPDX-License-Identifier: Apache-2.0
// The puzzle: find a number whose SHA-256 together with the seed begins with enough zero bits. Runs in
// a worker made from this same file, or in slices on the page where there are no workers. SHA-256 is
// written out here, since WebCrypto is not there without TLS and is slow for millions of short texts.
'use strict';

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const words = new Int32Array(64);

// The first word of the SHA-256 of an ASCII text of at most 55 characters.
function firstWord(text) {
  words.fill(0, 0, 16);
  const length = text.length;
  for (let i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  words[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
  words[15] = length * 8;
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15];
    const y = words[i - 2];
    const s = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const t = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = words[i - 16] + s + words[i - 7] + t;
  }
  let a = 0x6a09e667, b = 0xbb67ae85 | 0, c = 0x3c6ef372, d = 0xa54ff53a | 0;
  let e = 0x510e527f, f = 0x9b05688c | 0, g = 0x1f83d9ab, h = 0x5be0cd19;
  for (let i = 0; i < 64; i++) {
    const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t = (h + s + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
    const r = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const u = r + ((a & b) ^ (a & c) ^ (b & c));
    h = g; g = f; f = e; e = (d + t) | 0;
    d = c; c = b; b = a; a = (t + u) | 0;
  }
  return (a + 0x6a09e667) | 0;
}

// The first number from `from` on that solves it, or -1 when none of `count` does. Difficulty is at
// most 28 bits: the first word is all that counts.
function solve(seed, difficulty, from, count) {
  for (let number = from; number < from + count; number++) {
    if (Math.clz32(firstWord(seed + '.' + number)) >= difficulty) return number;
  }
  return -1;
}

// `1.EXPIRY.DIFFICULTY.NONCE.SEED`
function puzzleOf(token) {
  const parts = token.split('.');
  return { seed: parts[4], difficulty: Number(parts[2]) };
}

function solveHere(token, done) {
  const { seed, difficulty } = puzzleOf(token);
  let from = 0;
  const slice = () => {
    const found = solve(seed, difficulty, from, 2000);
    from += 2000;
    if (found >= 0) done(found);
    else setTimeout(slice);
  };
  slice();
}

function solveInWorker(script, token, done) {
  let worker;
  try {
    worker = new Worker(script);
  } catch {
    return solveHere(token, done);
  }
  worker.onmessage = (event) => { worker.terminate(); done(event.data); };
  worker.onerror = () => { worker.terminate(); solveHere(token, done); };
  worker.postMessage(token);
}

function run(script) {
  const place = document.getElementById('challenge');
  if (place === null) return;
  const stop = (text) => {
    document.getElementById('status').textContent = text;
    document.getElementById('progress').hidden = true;
  };
  if (!navigator.cookieEnabled) return stop(place.dataset.cookies);
  // Solved a moment ago, and asked again: the pass does not come back. No endless loop.
  const key = 'forium-challenge';
  let last = 0;
  try { last = Number(sessionStorage.getItem(key)); } catch { /* storage is off: then without this */ }
  if (Date.now() - last < 10000) return stop(place.dataset.failed);
  const token = place.dataset.token;
  solveInWorker(script, token, async (solution) => {
    try {
      const body = new URLSearchParams({ token, solution });
      const answer = await fetch('/.well-known/forium/challenge', { method: 'POST', body });
      if (!answer.ok) return stop(place.dataset.failed);
      try { sessionStorage.setItem(key, String(Date.now())); } catch { /* as above */ }
      location.reload();
    } catch {
      stop(place.dataset.failed);
    }
  });
}

if (typeof document !== 'undefined') run(document.currentScript.src);
else if (typeof importScripts === 'function') {
  onmessage = (event) => {
    const { seed, difficulty } = puzzleOf(event.data);
    postMessage(solve(seed, difficulty, 0, Infinity));
  };
}
