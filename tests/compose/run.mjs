// SPDX-License-Identifier: Apache-2.0
// The images and the compose files, tried with a real Docker: what is in an image, how long until the first page, what
// survives a new container.   tests/compose/with_docker.sh node tests/compose/run.mjs [PART OF A NAME]
import {execFileSync} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {ROOT, temporaryFolder} from '../harness/forium.mjs';
import {gplLinked, spdxBreaches} from '../harness/spdx.mjs';
import {assert, docker, Project} from './docker.mjs';

const VERSION = /kVersion\[\] = "(.*)"/.exec(readFileSync(join(ROOT, 'services/base/process/version.h'), 'utf8'))[1];
// Bytes of an image; those that render pages carry JavaScriptCore and all of ICU.
const BOUND = {forium: 180e6, gateway: 180e6, auth: 70e6, forum: 70e6, search: 110e6};
const PROGRAMS = readFileSync(join(ROOT, 'compose/programs.txt'), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split(/\s+/)[0]);
const FIRST_PAGE = {'compose.yaml': 5, 'compose.suite.yaml': 20};
const PASSWORDS = {FORIUM_POSTGRES_PASSWORD: 'oneforpostgres', FORIUM_NATS_PASSWORD: 'onefornats',
  FORIUM_SERVICE_SECRET: 'one for the services'};
const tests = {};

const imageOf = (name) => `forium/${name}:${VERSION}`;

for (const name of PROGRAMS) {
  tests[`image ${name} is small, without a shell, for an ordinary user`] = () => {
    const image = JSON.parse(docker('image', 'inspect', imageOf(name)))[0];
    const bound = BOUND[name] ?? 70e6;
    assert(image.Size <= bound, `${image.Size} bytes, bound ${bound}`);
    assert(/^65532(:65532)?$/.test(image.Config.User), `user ${image.Config.User}`);
    assert(image.Config.Healthcheck, 'no health check');
    const container = docker('create', imageOf(name)).trim();
    const paths = execFileSync('sh', ['-c', 'docker export "$0" | tar -t', container], {encoding: 'utf8', maxBuffer: 1 << 27}).split('\n');
    docker('rm', container);
    const shells = paths.filter((path) => /(^|\/)(sh|bash|dash|busybox)$/.test(path));
    assert(shells.length === 0, `shells: ${shells}`);
    return `${(image.Size / 1e6).toFixed(1)} MB, bound ${bound / 1e6} MB`;
  };

  tests[`image ${name} has all shared objects that it needs and no other`] = () => {
    const list = docker('run', '--rm', '--network=none', '--entrypoint', '/lib64/ld-linux-x86-64.so.2', imageOf(name), '--list', `/opt/forium/bin/${name}`);
    assert(!list.includes('not found'), list);
    const needed = new Set([...list.matchAll(/=> \S*\/lib\/([^/ ]+) /g)].map((match) => match[1]));
    const document = sbom(name);
    const extra = document.files.map((file) => file.fileName).filter((file) => file.startsWith('./lib/') && !needed.has(file.slice(6)));
    assert(extra.length === 0, `not needed: ${extra}`);
  };

  tests[`image ${name} has a bill of materials`] = () => {
    const document = sbom(name);
    const breaches = spdxBreaches(document);
    assert(breaches.length === 0, breaches.join('\n'));
    assert(gplLinked(document).length === 0, `under the GPL: ${gplLinked(document)}`);
    for (const part of ['libgrpc++-dev', 'libc6', 'libpqxx-6.4'].slice(0, name === 'gateway' ? 2 : 3)) {
      assert(document.packages.some((each) => each.name === part), `no ${part}`);
    }
    const pages = document.packages.some((each) => each.name === 'svelte');
    assert(pages === languages(name), pages ? 'pages are rendered without ICU’s languages' : 'ICU’s languages are there for nothing');
    return `${document.packages.length} packages, ${document.files.length} files`;
  };
}

tests['.env.example names every variable of the compose files, with the value that it has there'] = () => {
  const used = new Map();
  for (const file of [...Object.keys(FIRST_PAGE), 'compose.https.yaml']) {
    const text = readFileSync(join(ROOT, 'compose', file), 'utf8');
    for (const [, name, , value] of text.matchAll(/\$\{(FORIUM_[A-Z_]+)(:-([^}]*)|:\?[^}]*)\}/g)) {
      if (!used.has(name) || value !== undefined) used.set(name, value ?? '');
    }
  }
  const named = new Map([...readFileSync(join(ROOT, 'compose/.env.example'), 'utf8').matchAll(/^#?(FORIUM_[A-Z_]+)=(.*)$/gm)]
    .map(([, name, value]) => [name, value]));
  named.set('FORIUM_PUBLIC_URL', used.get('FORIUM_PUBLIC_URL'));  // an example of one
  const sorted = (map) => JSON.stringify([...map].sort());
  assert(sorted(used) === sorted(named), `compose files: ${sorted(used)}\n.env.example: ${sorted(named)}`);
};

/** Whether an image has all of ICU's data. */
function languages(name) {
  const container = docker('create', imageOf(name)).trim();
  const listed = execFileSync('sh', ['-c', 'docker export "$0" | tar -tv | grep libicudata', container], {encoding: 'utf8'});
  docker('rm', container);
  return Number(listed.split(/\s+/)[2]) > 20e6;
}

/** The bill inside an image, proved against the files that it names. */
function sbom(name) {
  const folder = temporaryFolder('forium-sbom');
  const container = docker('create', imageOf(name)).trim();
  docker('cp', `${container}:/opt/forium`, folder);
  docker('rm', container);
  const document = JSON.parse(readFileSync(join(folder, 'forium/sbom.spdx.json'), 'utf8'));
  for (const file of document.files) {
    const sum = execFileSync('sha256sum', [join(folder, 'forium', file.fileName)], {encoding: 'utf8'}).split(' ')[0];
    assert(file.checksums.some((each) => each.checksumValue === sum), `${file.fileName} is another file`);
  }
  rmSync(folder, {recursive: true});
  return document;
}

tests['one container: first page in time, and a new container has the old data'] = async () => {
  const project = new Project('compose.yaml', {FORIUM_IMAGE: imageOf('forium')});
  try {
    const seconds = await project.up();
    assert(/\/setup\/\S+/.test(project.logs()), 'no address that makes the administrator');
    const {HostConfig: host} = JSON.parse(docker('inspect', project.container('forium')))[0];
    assert(host.ReadonlyRootfs && host.CapDrop.includes('ALL') && host.SecurityOpt.includes('no-new-privileges:true'), 'the container may too much');
    await project.healthy('forium');

    execFileSync('docker', ['exec', '-i', project.container('forium'), 'forium', 'user', 'create', '--data', '/data', '--username', 'ada',
      '--email', 'ada@example.org', '--admin', '--password-stdin'], {input: 'correct horse battery\n'});
    const {token} = await project.api('POST', '/api/v1/sessions', {body: {login: 'ada', password: 'correct horse battery'}});
    const category = await project.api('POST', '/api/v1/categories', {token, body: {name: 'Ships'}});
    const topic = await project.api('POST', '/api/v1/topics', {token,
      body: {category_id: category.id, title: 'Schiffe über Städten, ﬁn', raw: 'They *sail*.'}});
    const stopping = performance.now();
    project.compose('stop');
    const stopped = (performance.now() - stopping) / 1000;
    assert(stopped < 10, `stopping took ${stopped} s`);
    project.compose('rm', '-f');
    await project.up();
    assert((await project.api('GET', `/api/v1/topics/${topic.id}`)).title === topic.title, 'the topic is gone');
    assert(seconds <= FIRST_PAGE['compose.yaml'], `${seconds.toFixed(1)} s`);
    return `first page after ${seconds.toFixed(1)} s, bound ${FIRST_PAGE['compose.yaml']} s`;
  } finally {
    project.down();
  }
};

tests['the suite: first page in time, all healthy, watched, and data survive new containers'] = async () => {
  const images = Object.fromEntries(['gateway', 'auth', 'forum', 'search'].map((name) => [`FORIUM_${name.toUpperCase()}_IMAGE`, imageOf(name)]));
  const project = new Project('compose.suite.yaml', {...PASSWORDS, ...images, FORIUM_PROMETHEUS_PUBLISH: '127.0.0.1:0'});
  try {
    const seconds = await project.up();
    for (const service of ['gateway', 'auth', 'forum', 'search', 'postgres', 'nats', 'prometheus']) await project.healthy(service);
    const token = await administrator(project);
    const category = await project.api('POST', '/api/v1/categories', {token, body: {name: 'Ships'}});
    const topic = await project.api('POST', '/api/v1/topics', {token,
      body: {category_id: category.id, title: 'Schiffe über Städten, ﬁn', raw: 'They *sail*.'}});
    await watched(project);
    project.compose('stop');
    project.compose('rm', '-f');
    await project.up();
    assert((await project.api('GET', `/api/v1/topics/${topic.id}`)).title === topic.title, 'the topic is gone');
    assert(seconds <= FIRST_PAGE['compose.suite.yaml'], `${seconds.toFixed(1)} s`);
    return `first page after ${seconds.toFixed(1)} s, bound ${FIRST_PAGE['compose.suite.yaml']} s`;
  } finally {
    project.down();
  }
};

/** Makes the administrator by the address that auth printed, as a person would; a token. */
async function administrator(project) {
  const body = {username: 'ada', email: 'ada@example.org', password: 'correct horse battery'};
  const links = [...docker('logs', project.container('auth')).matchAll(/\/setup\/(\S+)/g)];
  assert(links.length > 0, `auth printed no address: ${project.logs()}`);
  return (await project.api('POST', `/api/v1/links/${links.at(-1)[1]}`, {body})).token;
}

/** Prometheus sees every process and has the rules. */
async function watched(project) {
  const address = docker('port', project.container('prometheus'), '9090/tcp').trim().split('\n')[0];
  const end = performance.now() + 45_000;
  let jobs = [];
  while (performance.now() < end) {
    const {data} = await (await fetch(`http://${address}/api/v1/targets`)).json();
    jobs = data.activeTargets.filter((target) => target.health === 'up').map((target) => target.labels.job).sort();
    if (jobs.join() === 'auth,forum,gateway,search') break;
    await new Promise((later) => setTimeout(later, 500));
  }
  assert(jobs.join() === 'auth,forum,gateway,search', `Prometheus reaches ${jobs.join() || 'nobody'}`);
  const {data} = await (await fetch(`http://${address}/api/v1/rules`)).json();
  assert(data.groups.some((group) => group.rules.length > 0), 'Prometheus has no rules');
}

// A fetch that hangs does not keep Node awake by itself.
setInterval(() => {}, 1000);
const wanted = process.argv[2] ?? '';
let passed = 0;
let failed = 0;
execFileSync(join(ROOT, 'compose/base-images.sh'), ['suite'], {stdio: 'inherit'});
for (const [name, body] of Object.entries(tests)) {
  if (!name.includes(wanted)) continue;
  try {
    const figure = await body();
    passed += 1;
    console.log(`ok    ${name}${figure ? `: ${figure}` : ''}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error.stderr || error.message).trim().slice(-4000).replaceAll('\n', '\n      ')}`);
  }
}
console.log(`compose: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
