// SPDX-License-Identifier: Apache-2.0
// What operators see: every metric that the dashboard, the alerts and the documentation name exists, every expression
// works on a real Prometheus, and one request is one trace, from the proxy before it to what its events caused.
//   node tests/observe/run.mjs [PART OF A NAME]
import {spawn, spawnSync} from 'node:child_process';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {Forium, ROOT, temporaryFolder} from '../harness/forium.mjs';
import {freePort} from '../harness/program.mjs';
import {Collector} from './collector.mjs';
import {made, scraped, used} from './metrics.mjs';
import {crossesProcesses, tellsEverything, withSuite} from './suite.mjs';

const DASHBOARD = JSON.parse(readFileSync(join(ROOT, 'helm/forium/dashboards/forium.json'), 'utf8'));
const RULES = join(ROOT, 'helm/forium/rules/forium.yaml');
const TARGET_LABELS = ['job', 'instance', 'process', 'namespace', 'le'];  // given by the scrape, or by histograms
const assert = (holds, sentence) => {
  if (!holds) throw new Error(sentence);
};

const panels = DASHBOARD.panels.filter((panel) => panel.type !== 'row');
const expressions = panels.flatMap((panel) => panel.targets.map((target) => ({panel: panel.title, text: target.expr})));
const plain = (expression, range = '1m') => expression
  .replaceAll('$__rate_interval', range).replaceAll('"$process"', '".*"').replaceAll('"$instance"', '".*"');
const ruleExpressions = () => {
  const text = readFileSync(RULES, 'utf8');
  return [...text.matchAll(/^ {6}- alert: (\w+)\n {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)]
    .map(([, alert, block, line]) => ({panel: alert, text: block ?? line}));
};

function promtool(args) {
  const result = spawnSync('promtool', args, {encoding: 'utf8'});
  assert(!result.error && result.status === 0, `promtool ${args.join(' ')}: ${result.error ?? result.stdout + result.stderr}`);
  return result.stdout;
}

/** A community with something in it, and readers. */
async function traffic(forium, account) {
  const categories = await forium.ok('GET', '/api/v1/categories', {token: account.token});
  const topic = await forium.ok('POST', '/api/v1/topics', {token: account.token,
    body: {categoryId: categories.categories[0].id, title: 'What operators see', raw: 'Numbers, lines and traces.'}});
  for (let i = 0; i < 3; ++i) {
    await forium.ok('POST', `/api/v1/topics/${topic.id}/posts`, {token: account.token, body: {raw: `Reply number ${i}.`}});
    await forium.api('GET', '/');
    await forium.api('GET', `/t/${topic.slug}/${topic.id}`);
    await forium.api('GET', '/nothing-here');
    await forium.ok('GET', '/api/v1/search?q=operators');
    await forium.ok('GET', '/api/v1/search/suggestions?q=oper');
  }
  return topic;
}

const tests = {
  async 'every metric of dashboard and alerts exists, with its labels'(run) {
    const {series} = made();
    const now = scraped(run.metrics);
    const missing = [];
    for (const {panel, text} of [...expressions, ...ruleExpressions()]) {
      const {metrics, groups} = used(text);
      assert(metrics.length > 0, `${panel}: no metric in ${text}`);
      for (const {name, labels} of metrics) {
        if (name === 'up') continue;
        if (!series.has(name)) missing.push(`${panel}: ${name} is made nowhere`);
        if (!now.has(name)) continue;
        for (const label of [...labels, ...groups]) {
          if (!TARGET_LABELS.includes(label) && !now.get(name).has(label)) missing.push(`${panel}: ${name} has no label ${label}`);
        }
      }
    }
    assert(missing.length === 0, missing.join('\n'));
    const suiteOnly = /^forium_(xds|events_(consumer|redeliveries|dead)|database_(retries|connections_cut)|trace_spans)/;
    const unseen = new Set(expressions.flatMap(({text}) => used(text).metrics.map(({name}) => name))
      .filter((name) => !now.has(name) && !suiteOnly.test(name)));
    assert(unseen.size === 0, `one process should tell ${[...unseen].join(', ')}`);
    assert(ruleExpressions().length >= 15 && expressions.length >= 50, 'the expressions were found');
  },

  async 'every metric is documented, and every documented one exists'() {
    const text = readFileSync(join(ROOT, 'docs/observability.md'), 'utf8');
    const documented = new Set([...text.matchAll(/^\| `([a-z0-9_]+)/gm)].map(([, name]) => name)
      .filter((name) => /^(forium|process)_/.test(name)));
    const {families} = made();
    const lacking = [...families.keys()].filter((name) => !documented.has(name));
    const invented = [...documented].filter((name) => !families.has(name));
    assert(lacking.length === 0, `not in docs/observability.md: ${lacking.join(', ')}`);
    assert(invented.length === 0, `made nowhere: ${invented.join(', ')}`);
    const alerts = ruleExpressions().map(({panel}) => panel).filter((alert) => !text.includes(`| \`${alert}\``));
    assert(alerts.length === 0, `alerts without advice: ${alerts.join(', ')}`);
  },

  async 'the dashboard is one that Grafana 10 and 11 read'() {
    assert(DASHBOARD.schemaVersion >= 36 && DASHBOARD.schemaVersion <= 39, 'a schema of Grafana 9 to 11');
    const variables = DASHBOARD.templating.list.map(({name}) => name);
    assert(['datasource', 'process', 'instance'].every((name) => variables.includes(name)), `variables: ${variables}`);
    const ids = DASHBOARD.panels.map(({id}) => id);
    assert(new Set(ids).size === ids.length, 'ids are given twice');
    const rows = DASHBOARD.panels.filter(({type}) => type === 'row').map(({title}) => title);
    assert(rows.join() === 'Edge,RPC,Database,Events,Search,Control plane,Process', `rows: ${rows}`);
    const taken = new Map();
    for (const {title, gridPos: {x, y, w, h}} of DASHBOARD.panels) {
      assert(x >= 0 && x + w <= 24 && h > 0, `${title} leaves the grid`);
      for (let column = x; column < x + w; ++column) {
        for (let line = y; line < y + h; ++line) {
          const cell = `${column} ${line}`;
          assert(!taken.has(cell), `${title} lies over ${taken.get(cell)}`);
          taken.set(cell, title);
        }
      }
    }
    for (const panel of panels) {
      assert(panel.title && panel.description, `panel ${panel.id} says nothing about itself`);
      assert(panel.datasource.uid === '${datasource}', `${panel.title} has a data source of its own`);
      assert(panel.fieldConfig.defaults.unit, `${panel.title} has no unit`);
      for (const {expr, refId, datasource} of panel.targets) {
        assert(refId && datasource.uid === '${datasource}', `${panel.title}: ${expr}`);
        assert(expr.includes('$process') && expr.includes('$instance'), `${panel.title} does not follow the variables`);
      }
    }
  },

  async 'Prometheus accepts the rules, and they fire when they should'() {
    const found = promtool(['check', 'rules', RULES]);
    assert(/SUCCESS: \d+ rules/.test(found), found);
    promtool(['test', 'rules', join(ROOT, 'tests/observe/rules_test.yaml')]);
    const text = readFileSync(RULES, 'utf8');
    for (const alert of text.split(/^ {6}- alert: /m).slice(1)) {
      assert(/severity: (critical|warning)/.test(alert) && /summary: /.test(alert) && /description: /.test(alert),
        `${alert.split('\n')[0]} lacks severity, summary or description`);
    }
  },

  async 'every expression works on a Prometheus that scrapes the program'(run) {
    const port = await freePort();
    const config = join(run.folder, 'prometheus.yml');
    writeFileSync(config, `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ['${RULES}']
scrape_configs:
  - job_name: forium
    static_configs: [{targets: ['127.0.0.1:${run.adminPort}'], labels: {process: allinone}}]
`);
    const prometheus = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${join(run.folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'], {stdio: ['ignore', 'ignore', 'pipe']});
    let said = '';
    prometheus.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    const ended = new Promise((done) => prometheus.on('exit', done));
    const query = async (text) => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`);
      const body = await answer.json();
      assert(body.status === 'success', `${text}: ${body.error}`);
      return body.data.result;
    };
    try {
      const until = async (text, what) => {
        for (let i = 0; i < 100; ++i) {
          const found = await query(text).catch(() => []);
          if (found.length > 0 && Number(found[0].value[1]) > 0) return;
          await new Promise((later) => setTimeout(later, 200));
        }
        throw new Error(`${what}: ${text} stays empty\n${said}`);
      };
      await until('count_over_time(up{process="allinone"}[1m]) > 1', 'two scrapes');
      await traffic(run.forium, run.account);
      await until('increase(forium_gateway_answers_total{status="4xx"}[1m])', 'traffic is seen');
      const empty = [];
      let row = '';
      const rowsWithData = new Set();
      for (const panel of DASHBOARD.panels) {
        if (panel.type === 'row') row = panel.title;
        for (const target of panel.targets ?? []) {
          const result = await query(plain(target.expr));
          if (result.length > 0) rowsWithData.add(row);
          else empty.push(`${panel.title}: ${target.legendFormat}`);
        }
      }
      // Failures and parts that one process does not have stay empty.
      const expected = /^(Failing routes|Calls that fail|Consumers|Delivered|Dead|Endpoints|Registrations|Changes|Attempts|Spans)/;
      const wrong = empty.filter((name) => !expected.test(name));
      assert(wrong.length === 0, `panels without data: ${wrong.join('; ')}`);
      assert(['Edge', 'RPC', 'Database', 'Events', 'Search', 'Process'].every((name) => rowsWithData.has(name)), [...rowsWithData].join());
      const rules = await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json();
      const failing = rules.data.groups.flatMap(({rules: list}) => list)
        .filter(({health, state}) => health === 'err' || state === 'firing');
      assert(failing.length === 0, `on an idle community: ${failing.map(({name, lastError}) => `${name} ${lastError ?? 'fires'}`)}`);
    } finally {
      prometheus.kill('SIGTERM');
      await ended;
    }
  },

  async 'process metrics are those of the process'(run) {
    const value = (name) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(run.metrics)?.[1]);
    const status = readFileSync(`/proc/${run.forium.pid}/status`, 'utf8');
    const resident = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
    assert(Math.abs(value('process_resident_memory_bytes') - resident) < resident / 3, `resident ${value('process_resident_memory_bytes')}, not ${resident}`);
    assert(Math.abs(Date.now() / 1000 - value('process_start_time_seconds')) < 300, 'it started a moment ago');
    assert(value('process_open_fds') > 5 && value('process_open_fds') < value('process_max_fds'), 'open files');
    assert(value('process_cpu_seconds_total') > 0, 'processor time');
    assert(value('forium_disk_free_bytes') > 0, 'the disk of the data');
    assert(/^forium_build_info\{program="forium",version="[0-9.]+"\} 1$/m.test(run.metrics), 'build info');
  },

  async 'a request is one trace, from the proxy to what its events caused'(run) {
    const collector = await Collector.start();
    const forium = await Forium.start({data: join(run.folder, 'traced'),
      flags: ['--otlp-endpoint', collector.endpoint, '--trace-sample', '0', '--no-rate-limit']});
    try {
      const account = await forium.account('grace', {admin: true});
      const categories = await forium.ok('GET', '/api/v1/categories', {token: account.token});
      const trace = '0af7651916cd43dd8448eb211c80319c';
      const answer = await forium.api('POST', '/api/v1/topics', {token: account.token,
        headers: {traceparent: `00-${trace}-b7ad6b7169203331-01`},
        body: {categoryId: categories.categories[0].id, title: 'A traced topic', raw: 'It leaves a trail.'}});
      assert(answer.status === 201, answer.text);
      const requestId = answer.headers.get('x-request-id');
      const caused = await collector.await((spans) => spans.find(({kind}) => kind === 'consumer'), 'a span of a listener');
      const root = await collector.await((spans) => spans.find(({parent}) => parent === 'b7ad6b7169203331'), 'the root');
      const spans = collector.spans;
      assert(spans.every((span) => span.trace === trace), 'with trace_sample 0 only what the proxy traces is recorded');
      assert(root.kind === 'server' && root.name === 'POST /api/v1/topics', `${root.kind} ${root.name}`);
      assert(root.attributes['http.response.status_code'] === 201 && root.attributes['forium.request_id'] === requestId &&
        root.attributes['forium.sql_statements'] > 0, JSON.stringify(root.attributes));
      const client = spans.find(({kind, name}) => kind === 'client' && name === 'forium.forum.v1.ForumService.CreateTopic');
      assert(client?.parent === root.id, 'the call hangs on the request');
      const server = spans.find(({kind, parent}) => kind === 'server' && parent === client.id);
      assert(server?.name === client.name && server.attributes['forium.tenant'] === 'default' &&
        server.attributes['forium.request_id'] === requestId, JSON.stringify(server));
      assert(server.nanoseconds > 0 && server.nanoseconds <= root.nanoseconds, 'times');
      assert(caused.parent === server.id && caused.links[0] === server.id, 'the listener is linked to the change');
      assert(server.resource['service.name'] === 'forium' && server.resource['service.instance.id'], JSON.stringify(server.resource));
      const line = forium.log.split('\n').find((text) => text.includes(requestId) && text.includes('"message":"request"'));
      assert(line && JSON.parse(line).trace_id === trace, `the line of the log: ${line}`);
    } finally {
      await forium.stop();
      collector.stop();
    }
  },

  async 'a sampled part of the requests is traced, and pages show their renders'(run) {
    const collector = await Collector.start();
    const forium = await Forium.start({data: join(run.folder, 'sampled'),
      flags: ['--otlp-endpoint', collector.endpoint, '--trace-sample', '1', '--no-rate-limit']});
    try {
      await forium.api('GET', '/latest');
      await forium.api('GET', '/latest');
      const render = await collector.await((spans) => spans.find(({name}) => name === 'render page'), 'a render');
      const hit = await collector.await((spans) => spans.find(({name}) => name === 'GET (page cache)'), 'a hit');
      const root = await collector.await((spans) => spans.find(({id}) => id === render.parent), 'the page');
      assert(root.name === 'GET /latest' && root.trace !== hit.trace && !root.parent, JSON.stringify(root));
    } finally {
      await forium.stop();
      collector.stop();
    }
  },

  async 'in the suite a trace crosses processes and the bus, and every metric is told by one of them'() {
    await withSuite(async (community) => {
      await crossesProcesses(community);
      await tellsEverything(community, [...expressions, ...ruleExpressions()]);
    });
  },

  async 'a collector that is away changes nothing'(run) {
    const forium = await Forium.start({data: join(run.folder, 'alone'),
      flags: ['--otlp-endpoint', `127.0.0.1:${await freePort()}`, '--trace-sample', '1', '--no-rate-limit']});
    for (let i = 0; i < 50; ++i) assert((await forium.api('GET', '/latest')).status === 200, 'pages come');
    const began = Date.now();
    const end = await forium.stop();
    assert(end.code === 0 && Date.now() - began < 8000, `ended with ${JSON.stringify(end)} after ${Date.now() - began} ms`);
  },
};

const wanted = process.argv[2] ?? '';
let passed = 0;
let failed = 0;
const folder = temporaryFolder('forium-observe');
const run = {folder, adminPort: await freePort()};
run.forium = await Forium.start({data: join(folder, 'data'),
  flags: ['--admin-listen', `127.0.0.1:${run.adminPort}`, '--no-rate-limit', '--no-access-log']});
try {
  run.account = await run.forium.account('ada', {admin: true});
  await traffic(run.forium, run.account);
  run.metrics = await (await fetch(`http://127.0.0.1:${run.adminPort}/metrics`)).text();
  for (const [name, test] of Object.entries(tests)) {
    if (!name.includes(wanted)) continue;
    const began = Date.now();
    try {
      await test(run);
      console.error(`ok: ${name} (${Date.now() - began} ms)`);
      ++passed;
    } catch (error) {
      ++failed;
      console.error(`FAILED: ${name}\n  ${error.stack}`);
    }
  }
} finally {
  await run.forium.stop();
  rmSync(folder, {recursive: true, force: true});
}
console.log(`observe: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
