// SPDX-License-Identifier: Apache-2.0
// The chart: golden files, Kubernetes' own structure, what holds for every rendering, what is refused, what is kept.
//   node tests/helm/run.mjs [--update]     --update writes the golden files anew
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {parse, parseDocument, stringify} from 'yaml';

import {CHART, HERE, namesOfValues, Renderer, valuesFile} from './chart.mjs';
import {invariants, Release, settingsOf} from './invariants.mjs';
import {withTables} from './reference.mjs';
import {structureErrors} from './structure.mjs';

const update = process.argv.includes('--update');
// Secrets and ConfigMaps that values files say the operator has.
const OUTSIDE = ['community-database', 'community-tls', 'nats-authorities', 'forum-example', 'blog-example', 'community-puzzles'];
const BUNDLED = [valuesFile('suite-bundled')];

let passed = 0;
let failed = 0;
let skipped = 0;

async function test(name, body) {
  try {
    const wrong = [...((await body()) ?? [])];
    if (wrong.length) throw new Error(wrong.join('\n  '));
    ++passed;
  } catch (error) {
    ++failed;
    console.log(`FAILED ${name}\n  ${error.message}`);
  }
}

function golden(file, text) {
  const path = join(HERE, 'golden', file);
  if (update) {
    mkdirSync(join(HERE, 'golden'), {recursive: true});
    writeFileSync(path, text);
    return [];
  }
  const lines = text.split('\n');
  const before = readFileSync(path, 'utf8').split('\n');
  const line = lines.findIndex((one, i) => one !== before[i]);
  if (line < 0 && lines.length === before.length) return [];
  const at = line < 0 ? lines.length : line;
  return [`${file}:${at + 1} is another: ${JSON.stringify(before[at])} became ${JSON.stringify(lines[at])} (--update accepts it)`];
}

const renderer = new Renderer();
const passwords = (options) => renderer.manifests(options).find(({metadata}) => metadata.name === 'forium-forium-generated');
const jobs = (options) => renderer.manifests(options).filter(({kind}) => kind === 'Job');

await test("the renderer's own tests", () => renderer.check());

for (const name of namesOfValues()) {
  const values = [valuesFile(name)];
  const fixed = {values, flags: ['--fixed-random']};
  await test(`${name}: manifests are as before`, () => golden(`${name}.yaml`, renderer.run(fixed).text));
  await test(`${name}: the notes are as before`, () =>
    golden(`${name}.notes.txt`, renderer.run({values, flags: ['--fixed-random', '--notes']}).text));
  const manifests = renderer.manifests({values});
  await test(`${name}: manifests have Kubernetes' structure`, async () => {
    const wrong = [];
    for (const manifest of manifests) {
      const label = `${manifest.kind} ${manifest.metadata.name}`;
      wrong.push(...(await structureErrors(manifest)).map((error) => `${label}: ${error}`));
    }
    return wrong;
  });
  const upgraded = renderer.manifests({values, flags: ['--is-upgrade', '--lookup', join(HERE, 'fixtures/cluster.yaml')]});
  for (const [claim, wrong] of Object.entries(invariants)) {
    await test(`${name}: ${claim}`, () => wrong(new Release(manifests, OUTSIDE)));
    await test(`${name}, upgraded: ${claim}`, () => wrong(new Release(upgraded, OUTSIDE)));
  }
}

for (const {set = [], given, says} of parse(readFileSync(join(HERE, 'refused.yaml'), 'utf8'))) {
  await test(`refused: ${set.join(' ') || JSON.stringify(given)}`, () => {
    const values = [];
    if (given) {
      values.push(join(renderer.folder, 'given.yaml'));
      writeFileSync(values[0], stringify(given));
    }
    const {error} = renderer.run({values, set});
    if (error === undefined) return ['it was taken'];
    return error.includes(says) ? [] : [`it said: ${error}`];
  });
}

await test('passwords are made by chance, and marked to be kept', () => {
  const [one, other] = [1, 2].map(() => renderer.run({values: BUNDLED}).text.match(/postgres_password: (\S{40,})/)?.[1]);
  const {metadata} = passwords({values: BUNDLED});
  return one && one !== other && metadata.annotations['helm.sh/resource-policy'] === 'keep' ? [] : [`${one} ${other}`];
});

await test('passwords that are there stay', () => {
  const {data} = passwords({values: BUNDLED, flags: ['--is-upgrade', '--lookup', join(HERE, 'fixtures/cluster.yaml')]});
  const kept = data.postgres_password === 'bWFkZSBiZWZvcmU=' && data.nats_password === 'YWxzbyBtYWRlIGJlZm9yZQ==';
  return kept ? [] : [JSON.stringify(data)];
});

await test('a password that was missing joins those that are there', () => {
  const {data} = passwords({values: BUNDLED, flags: ['--is-upgrade', '--lookup', join(HERE, 'fixtures/half.yaml')]});
  return data.postgres_password === 'bWFkZSBiZWZvcmU=' && data.nats_password.length > 40 && data.service_secret.length > 40 ? [] : [JSON.stringify(data)];
});

await test('a password that is of use no more stays as well', () => {
  const set = ['nats.enabled=false', 'settings.nats_url=nats://elsewhere:4222'];
  const {data} = passwords({values: BUNDLED, set, flags: ['--is-upgrade', '--lookup', join(HERE, 'fixtures/cluster.yaml')]});
  return data.nats_password === 'YWxzbyBtYWRlIGJlZm9yZQ==' ? [] : [JSON.stringify(data)];
});

await test('migrations run before an upgrade, and before installing where the database is there', () => {
  const hook = (job) => job?.metadata.annotations['helm.sh/hook'];
  const cluster = ['--is-upgrade', '--lookup', join(HERE, 'fixtures/cluster.yaml')];
  const said = [
    hook(jobs({values: [valuesFile('suite-external')]})[0]) === 'pre-install,pre-upgrade' || 'external',
    jobs({values: BUNDLED}).length === 0 || 'a Job waits for a database that is not there',
    hook(jobs({values: BUNDLED, flags: cluster})[0]) === 'pre-upgrade' || 'bundled',
    jobs({values: [valuesFile('suite-minimal')], flags: cluster}).length === 0 || 'switched off',
  ];
  return said.filter((one) => one !== true);
});

await test('processes reach whom they call, and nobody else', () => {
  const release = new Release(renderer.manifests({values: BUNDLED, flags: ['--lookup', join(HERE, 'fixtures/cluster.yaml')]}));
  const reached = release.connections().map((words) => words.join(' ').replaceAll('forium-', ''));
  const expected = [
    'auth > gateway 9100',
    'auth > nats 4222',
    'auth > postgresql 5432',
    'forum > auth 9101',
    'forum > gateway 9100',
    'forum > nats 4222',
    'forum > postgresql 5432',
    'gateway > auth 9101',
    'gateway > forum 9102',
    'gateway > nats 4222',
    'gateway > search 9104',
    'migration > postgresql 5432',
    'search > auth 9101',
    'search > forum 9102',
    'search > gateway 9100',
    'search > nats 4222',
    'search > postgresql 5432',
    'stranger > auth 9090',
    'stranger > forum 9090',
    'stranger > gateway 8080',
    'stranger > gateway 9090',
    'stranger > search 9090',
  ];
  const all = new Set([...reached, ...expected]);
  return [...all]
    .filter((one) => reached.includes(one) !== expected.includes(one))
    .map((one) => `${one}: ${reached.includes(one) ? 'should be closed' : 'is closed'}`);
});

// The programs say themselves whether they understand the file and the environment that they get.
for (const name of namesOfValues()) {
  const release = new Release(renderer.manifests({values: [valuesFile(name)]}));
  for (const {pod, kind} of release.workloads.filter((one) => settingsOf(release, one.pod) && one.kind !== 'Job')) {
    const [{name: process, env}] = pod.containers;
    const program = join(HERE, '../../bazel-bin', {gateway: 'gateway/gateway', allinone: 'services/allinone/forium'}[process] ?? `services/${process}/${process}`);
    if (!existsSync(program)) {
      console.log(`skipped: ${program} is not built (${kind})`);
      ++skipped;
      continue;
    }
    await test(`${name}: ${process} takes its settings`, () => {
      const file = join(renderer.folder, 'settings.yaml');
      writeFileSync(file, stringify(settingsOf(release, pod)));
      const given = env.filter((one) => one.name.startsWith('FORIUM_') && one.name !== 'FORIUM_CONFIG');
      const surroundings = Object.fromEntries(given.map((one) => [one.name, one.value ?? (one.valueFrom.resourceFieldRef ? '2' : 'a=b')]));
      const words = [...(process === 'allinone' ? ['serve'] : []), '--config', file, '--check-config'];
      const done = spawnSync(program, words, {encoding: 'utf8', env: surroundings, cwd: renderer.folder, timeout: 10_000});
      return done.status === 0 ? [] : [done.stderr || `it ended with ${done.status ?? done.signal}`];
    });
  }
}

await test('a setting goes to the processes that know it, and to no other', () => {
  const set = ['settings.session_lifetime=24h', 'settings.statement_timeout=5s', 'settings.page_cache=false', 'settings.nats_replicas=3'];
  set.push('settings.zone=north', 'settings.weight=2', 'settings.auth_target=dns:///community-auth:9101', 'settings.forum_target=dns:///community-forum:9102');
  set.push('settings.search_language=de', 'settings.service_secret=a-secret-of-both-sides');
  const files = Object.fromEntries(
    renderer
      .manifests({values: [valuesFile('suite-external')], set})
      .filter(({kind, data}) => kind === 'ConfigMap' && data['settings.yaml'])
      .map(({metadata, data}) => [metadata.name.replace('community-', ''), parse(data['settings.yaml'])]),
  );
  const who = (word) => Object.keys(files).filter((name) => word in files[name]).join(' ');
  const expected = {
    session_lifetime: 'auth',
    statement_timeout: 'auth forum search',
    page_cache: 'gateway',
    public_url: 'auth forum gateway',
    auth_target: 'forum gateway search',
    forum_target: 'gateway search',
    search_language: 'search',
    service_secret: '',
    nats_replicas: 'auth forum gateway search',
    nats_url: 'auth forum gateway search',
    gateways: 'auth forum search',
    zone: 'auth forum gateway search',
    weight: 'auth forum search',
    control_listen: 'gateway',
    tls_ca: 'auth forum gateway search',
    otlp_endpoint: 'auth forum gateway search',
    database_dsn: '',
  };
  return Object.entries(expected).flatMap(([word, names]) => (who(word) === names ? [] : [`${word}: ${who(word)}`]));
});

await test('the schema, the values and the list of words know the same settings', () => {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')).properties.settings.properties;
  const template = readFileSync(join(CHART, 'templates/_settings.tpl'), 'utf8');
  const groups = parse(template.match(/define "forium.words" -}}\n([^]*?)\{\{- end/)[1]);
  const listed = new Set(Object.values(groups).flat());
  return [
    ...[...listed].filter((word) => !(word in schema)).map((word) => `${word} is not in the schema`),
    ...Object.keys(schema).filter((word) => !listed.has(word)).map((word) => `${word} goes to no process`),
  ];
});

// What the chart sets by itself, what is of the program's command line, and what is for measurements.
const OF_THE_CHART = new Set(['listen', 'https_listen', 'certificates', 'admin_listen', 'control_listen', 'data', 'gateways', 'advertise',
  'tls_certificate', 'tls_key', 'tls_ca', 'health', 'config', 'print_config', 'check_config', 'help', 'migrate_only', 'debug_statements', 'principal_key']);
await test('the schema knows every setting of the programs, and no other', () => {
  const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')).properties.settings.properties;
  const known = new Set();
  for (const [program, words] of [['gateway/gateway', []], ['services/auth/auth', []], ['services/forum/forum', []], ['services/search/search', []], ['services/allinone/forium', ['serve']]]) {
    const path = join(HERE, '../../bazel-bin', program);
    if (!existsSync(path)) {
      console.log(`skipped: ${path} is not built`);
      ++skipped;
      return [];
    }
    const {stdout} = spawnSync(path, [...words, '--help'], {encoding: 'utf8', env: {}, timeout: 10_000});
    for (const [, flag] of stdout.matchAll(/^ {2}--([a-z0-9-]+)$/gm)) known.add(flag.replaceAll('-', '_'));
  }
  return [
    ...[...known].filter((word) => !(word in schema) && !OF_THE_CHART.has(word)).map((word) => `${word} is missing`),
    ...Object.keys(schema).filter((word) => !known.has(word)).map((word) => `no program knows ${word}`),
    ...[...OF_THE_CHART].filter((word) => !known.has(word) || word in schema).map((word) => `${word} is not the chart's`),
  ];
});

await test('no key of a JSON file stands twice in its object', () =>
  ['values.schema.json', 'charts/postgresql/values.schema.json', 'charts/nats/values.schema.json'].flatMap((name) =>
    parseDocument(readFileSync(join(CHART, name), 'utf8')).errors.map((error) => `${name}: ${error.message}`),
  ),
);

await test("the note's tables say what the schema says", () => {
  const path = join(HERE, '../../helm/README.md');
  const text = readFileSync(path, 'utf8');
  if (update) writeFileSync(path, withTables(text));
  else if (withTables(text) !== text) return ['helm/README.md is behind values.schema.json (--update writes it anew)'];
});

await test('dashboards and rules of the chart itself fit', async () => {
  const manifests = renderer.manifests({values: BUNDLED, chart: CHART});
  const wrong = [];
  for (const manifest of manifests.filter(({kind, metadata}) => kind === 'PrometheusRule' || /-dashboard-/.test(metadata.name))) {
    wrong.push(...(await structureErrors(manifest)).map((error) => `${manifest.metadata.name}: ${error}`));
    for (const [name, text] of Object.entries(manifest.data ?? {})) if (!JSON.parse(text).title) wrong.push(`${name} has no title`);
  }
  const inside = (folder) => (existsSync(join(CHART, folder)) ? readdirSync(join(CHART, folder)) : []);
  const files = ['dashboards', 'rules'].map((folder) => inside(folder).filter((file) => /\.(json|yaml)$/.test(file)).length);
  const made = manifests.filter(({kind, metadata}) => kind === 'PrometheusRule' || /-dashboard-/.test(metadata.name)).length;
  if (made !== files[0] + files[1]) wrong.push(`${files} files, ${made} objects`);
  return wrong;
});

await test('a chart without dashboards and rules renders', () => {
  const {error} = renderer.run({values: BUNDLED, chart: CHART, set: ['monitoring.dashboards.enabled=true']});
  return error ? [error] : [];
});

renderer.close();
console.log(`helm: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed ? 1 : 0;
