// SPDX-License-Identifier: Apache-2.0
// The packages of dist/ on bare systems: unpacked or installed in a debootstrap chroot that has none of the libraries,
// served, asked for a page.   node tests/package/run.mjs        (root; FORIUM_BARE names suites, default bookworm,trixie)
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {ROOT, temporaryFolder} from '../harness/forium.mjs';
import {gplLinked, spdxBreaches} from '../harness/spdx.mjs';

const DIST = join(ROOT, 'dist');
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'forium-bare');
const BOUND_BYTES = 70e6;
const BOUND_SECONDS = 10;
// Symbols of a newer glibc than Debian 12's would not be found there; nor is anything newer than Ubuntu 24.04's libc.
const NEWEST_GLIBC = [2, 36];

const archive = only(/^forium-.*-linux-.*\.tar\.zst$/);
const debian = only(/^forium_.*\.deb$/);
const failures = [];
let passed = 0;

function only(pattern) {
  const found = existsSync(DIST) ? readdirSync(DIST).filter((name) => pattern.test(name)) : [];
  if (found.length !== 1) {
    console.error(`dist/ has ${found.length} files ${pattern}: ./dev package makes one`);
    process.exit(1);
  }
  return join(DIST, found[0]);
}

const run = (command, ...args) => execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26});
const assert = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};

async function test(name, body) {
  try {
    const figure = await body();
    passed += 1;
    console.log(`ok    ${name}${figure ? `: ${figure}` : ''}`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL  ${name}\n      ${String(error.stderr || error.message).trim().replaceAll('\n', '\n      ')}`);
  }
}

/** A fresh copy of a bare system, made once by debootstrap and kept in the cache. */
function bare(suite) {
  const kept = join(CACHE, suite);
  if (!existsSync(`${kept}.done`)) {
    rmSync(kept, {recursive: true, force: true});
    mkdirSync(CACHE, {recursive: true});
    run('debootstrap', '--variant=minbase', suite, kept);
    writeFileSync(`${kept}.done`, '');
  }
  const root = mkdtempSync(join(CACHE, `${suite}-`));
  run('cp', '-a', `${kept}/.`, root);
  return root;
}

/** Words that run a program inside `root`, with /proc and a /dev that end with it. */
const inside = (root, ...words) => ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c',
  'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"', root, ...words];

/** Serves inside `root` and returns the page's HTML; `meanwhile` gets the process and its address before it ends. */
async function firstPage(root, words, meanwhile = () => {}) {
  const [program, ...args] = inside(root, ...words);
  const server = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin'}});
  let said = '';
  try {
    const url = await new Promise((serves, ended) => {
      server.stderr.on('data', (text) => (said += text));
      server.stdout.on('data', (text) => {
        said += text;
        const found = /serves (http:\/\/\S+)/.exec(said);
        if (found) serves(found[1]);
      });
      server.on('exit', (code) => ended(new Error(`ended with ${code}\n${said}`)));
    });
    const response = await fetch(url);
    const html = await response.text();
    assert(response.status === 200 && html.includes('</html>'), `${response.status} ${html.slice(0, 200)}`);
    await meanwhile({url, said: () => said, pid: Number(readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8'))});
    return html;
  } finally {
    const gone = new Promise((done) => (server.exitCode === null ? server.on('exit', done) : done()));
    server.kill('SIGKILL');
    await gone;
  }
}

/** Sends the signal of `systemctl reload` and waits until the program that lies there now serves. */
async function renewed({url, said, pid}) {
  const before = said().length;
  process.kill(pid, 'SIGUSR2');
  for (const end = performance.now() + 20_000; !/serves http/.test(said().slice(before));) {
    assert(performance.now() < end, `not renewed\n${said()}`);
    await new Promise((later) => setTimeout(later, 50));
  }
  assert((await fetch(url)).status === 200, 'no page after it');
}

/** Installs the package again with a systemctl that only notes what it is told; what it was told. */
function upgraded(root) {
  const told = join(root, 'tmp/told');
  writeFileSync(told, '');
  const [program, ...args] = inside(root, 'dpkg', '-i', '/tmp/forium.deb');
  run(program, ...args);
  return readFileSync(told, 'utf8').trim().split('\n');
}

/** The newest GLIBC_x.y that the binaries of a folder ask for. */
function newestGlibc(folder) {
  const files = ['bin', 'lib'].flatMap((part) => readdirSync(join(folder, part)).map((name) => join(folder, part, name)));
  const wanted = files.flatMap((file) => [...run('objdump', '-T', file).matchAll(/GLIBC_(\d+)\.(\d+)/g)].map((m) => [+m[1], +m[2]]));
  return wanted.sort((a, b) => a[0] - b[0] || a[1] - b[1]).at(-1);
}

const unpacked = temporaryFolder('forium-package');
run('tar', '-C', unpacked, '--zstd', '-xf', archive);
const folder = join(unpacked, readdirSync(unpacked)[0]);

await test('the archive is small', () => {
  const {size} = statSync(archive);
  assert(size <= BOUND_BYTES, `${size} bytes`);
  return `${(size / 1e6).toFixed(1)} MB, bound ${BOUND_BYTES / 1e6} MB`;
});

await test('it asks for no newer C library than Debian 12 has', () => {
  const [major, minor] = newestGlibc(folder);
  assert(major === NEWEST_GLIBC[0] && minor <= NEWEST_GLIBC[1], `GLIBC_${major}.${minor}`);
  return `GLIBC_${major}.${minor}`;
});

await test('it finds all shared objects beside it', () => {
  const foreign = run('ldd', join(folder, 'bin/forium')).split('\n')
    .filter((line) => line.includes('=>') && !line.includes(unpacked) && !/\b(libc|libm|libresolv|libpthread|libdl|librt)\.so/.test(line));
  assert(foreign.length === 0, foreign.join('\n'));
});

await test('its bill of materials is SPDX and names every file', () => {
  const document = JSON.parse(readFileSync(join(folder, 'sbom.spdx.json'), 'utf8'));
  const breaches = spdxBreaches(document);
  assert(breaches.length === 0, breaches.join('\n'));
  const named = document.files.map((file) => file.fileName).sort();
  const there = ['bin', 'lib'].flatMap((part) => readdirSync(join(folder, part)).map((name) => `./${part}/${name}`)).sort();
  assert(JSON.stringify(named) === JSON.stringify(there), 'the files differ');
  const gpl = gplLinked(document);
  assert(gpl.length === 0, `under the GPL: ${gpl.join(', ')}`);
  for (const name of ['libgrpc++-dev', 'libssl3', 'svelte']) assert(document.packages.some((each) => each.name === name), `no ${name}`);
  return `${document.packages.length} packages, ${document.files.length} files`;
});
rmSync(unpacked, {recursive: true, force: true});

await test('systemd takes the unit for sound', () => {
  if (spawnSync('systemd-analyze', ['--version']).error) return 'systemd-analyze is not here, not looked at';
  const root = temporaryFolder('forium-unit');
  run('dpkg-deb', '-x', debian, root);
  const unit = join(root, 'lib/systemd/system/forium.service');
  writeFileSync(unit, readFileSync(unit, 'utf8').replace('ExecStart=/usr', `ExecStart=${root}/usr`));
  const socket = join(root, 'lib/systemd/system/forium.socket');
  const {status, stderr} = spawnSync('systemd-analyze', ['verify', '--man=no', unit, socket], {encoding: 'utf8'});
  const ours = stderr.split('\n').filter((line) => line.includes('forium'));
  assert(status === 0 && ours.length === 0, stderr);
  const allowed = (...sets) => new Set(run('systemd-analyze', 'syscall-filter', ...sets).match(/^ +[a-z_0-9]+$/gm).map((name) => name.trim()));
  const [given, taken] = [allowed('@default', '@process', '@basic-io', '@file-system'), allowed('@privileged', '@resources', '@chown')];
  for (const call of ['execve', 'clone', 'clone3', 'vfork', 'close_range', 'openat2', 'dup2']) {
    assert(given.has(call) && !taken.has(call), `a reload or a site cannot ${call}`);
  }
  const exposure = run('systemd-analyze', 'security', '--offline=true', unit).match(/exposure level.*: ([\d.]+)/)[1];
  rmSync(root, {recursive: true, force: true});
  assert(Number(exposure) <= 2, `exposure ${exposure}`);
  return `exposure ${exposure} of 10`;
});

for (const suite of (process.env.FORIUM_BARE ?? 'bookworm,trixie').split(',')) {
  await test(`the archive serves on a bare ${suite}`, async () => {
    const root = bare(suite);
    try {
      const began = performance.now();
      run('tar', '-C', join(root, 'opt'), '--zstd', '-xf', archive);
      const name = readdirSync(join(root, 'opt'))[0];
      await firstPage(root, [`/opt/${name}/bin/forium`, 'serve', '--data', '/srv/forium', '--listen', '127.0.0.1:0']);
      const seconds = (performance.now() - began) / 1000;
      assert(seconds <= BOUND_SECONDS, `${seconds.toFixed(1)} s`);
      return `unpacked to first page ${seconds.toFixed(1)} s, bound ${BOUND_SECONDS} s`;
    } finally {
      rmSync(root, {recursive: true, force: true});
    }
  });

  await test(`the Debian package installs, serves and leaves a bare ${suite}`, async () => {
    const root = bare(suite);
    try {
      run('cp', debian, join(root, 'tmp/forium.deb'));
      const began = performance.now();
      const [program, ...args] = inside(root, 'dpkg', '-i', '/tmp/forium.deb');
      run(program, ...args);
      // As the unit does it, but on a free port of this machine.
      await firstPage(root, ['/usr/bin/setpriv', '--reuid', 'forium', '--regid', 'forium', '--clear-groups', '--no-new-privs', 'env',
        'FORIUM_DATA=/tmp/data', 'FORIUM_LISTEN=127.0.0.1:0', 'FORIUM_ADMIN_LISTEN=', 'forium', 'serve', '--config', '/etc/forium/forium.yaml']);
      const seconds = (performance.now() - began) / 1000;
      const [dpkg, ...purge] = inside(root, 'dpkg', '--purge', 'forium');
      run(dpkg, ...purge);
      assert(!existsSync(join(root, 'usr/lib/forium')) && !existsSync(join(root, 'etc/forium/forium.yaml')), 'files stayed after the purge');
      assert(seconds <= BOUND_SECONDS, `${seconds.toFixed(1)} s`);
      return `installed to first page ${seconds.toFixed(1)} s, bound ${BOUND_SECONDS} s`;
    } finally {
      rmSync(root, {recursive: true, force: true});
    }
  });
}

for (const suite of (process.env.FORIUM_BARE ?? 'bookworm,trixie').split(',').slice(0, 1)) {
  await test(`an upgrade renews the process that runs, with its capability and its port, on a bare ${suite}`, async () => {
    const root = bare(suite);
    try {
      run('cp', debian, join(root, 'tmp/forium.deb'));
      const [install, ...words] = inside(root, 'dpkg', '-i', '/tmp/forium.deb');
      run(install, ...words);
      const capability = '+net_bind_service';
      const asUnit = ['/usr/bin/setpriv', '--reuid', 'forium', '--regid', 'forium', '--clear-groups', '--no-new-privs', '--inh-caps', capability,
        '--ambient-caps', capability, 'env', 'FORIUM_DATA=/tmp/data', 'FORIUM_LISTEN=127.0.0.1:0', 'FORIUM_ADMIN_LISTEN=', '/usr/bin/forium', 'serve',
        '--config', '/etc/forium/forium.yaml'];
      await firstPage(root, asUnit, async (server) => {
        // The same files again, in the place of the old ones.
        run(install, ...words);
        assert(readFileSync(`/proc/${server.pid}/comm`, 'utf8').trim() === 'forium', 'another process');
        await renewed(server);
        assert(!run('readlink', `/proc/${server.pid}/exe`).includes('(deleted)'), 'it is the old program');
        const ambient = /^CapAmb:\s*(\S+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1];
        assert(parseInt(ambient, 16) === 1 << 10, `capabilities ${ambient}`);
      });
    } finally {
      rmSync(root, {recursive: true, force: true});
    }
  });

  await test(`an upgrade reloads the service, and restarts it under another unit, on a bare ${suite}`, () => {
    const root = bare(suite);
    try {
      run('cp', debian, join(root, 'tmp/forium.deb'));
      mkdirSync(join(root, 'run/systemd/system'), {recursive: true});
      writeFileSync(join(root, 'usr/local/bin/systemctl'), '#!/bin/sh\necho "$@" >>/tmp/told\n', {mode: 0o755});
      assert(upgraded(root).includes('enable --quiet --now forium.service'), 'not started');
      const same = upgraded(root);
      assert(same.includes('reload forium.service') && !same.some((line) => /restart/.test(line)), same.join('\n'));
      appendFileSync(join(root, 'lib/systemd/system/forium.service'), '# of another version\n');
      const other = upgraded(root);
      assert(other.includes('try-restart forium.service') && !other.some((line) => /^reload/.test(line)), other.join('\n'));
    } finally {
      rmSync(root, {recursive: true, force: true});
    }
  });
}

console.log(`package: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
