// SPDX-License-Identifier: Apache-2.0
// The chart, rendered: builds the renderer and runs it on a copy of the chart.
import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {parseAllDocuments} from 'yaml';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const CHART = join(HERE, '../../helm/forium');

const IN_GO = {
  cwd: join(HERE, 'render'),
  env: {...process.env, GO111MODULE: 'off', GOFLAGS: '', GOPATH: '/usr/share/gocode'},
  encoding: 'utf8',
};

export class Renderer {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'forium-helm-'));
    this.program = join(this.folder, 'render');
    execFileSync('go', ['build', '-o', this.program, '.'], {...IN_GO, stdio: ['ignore', 'inherit', 'inherit']});
    // With dashboards and rules of the tests, so that golden files do not follow each change of the real ones.
    this.chart = join(this.folder, 'forium');
    cpSync(CHART, this.chart, {recursive: true});
    for (const part of ['dashboards', 'rules']) {
      rmSync(join(this.chart, part), {recursive: true, force: true});
      cpSync(join(HERE, 'fixtures', part), join(this.chart, part), {recursive: true});
    }
  }

  // What its own tests complain about.
  check() {
    const {status, stdout, stderr} = spawnSync('go', ['test', '.'], IN_GO);
    return status === 0 ? [] : [stdout + stderr];
  }

  // {text, error}: what is printed, or what is said when it is refused.
  run({values = [], set = [], flags = [], chart = this.chart}) {
    const words = [...flags, ...values.flatMap((file) => ['-f', file]), ...set.flatMap((word) => ['--set', word]), chart];
    const done = spawnSync(this.program, words, {encoding: 'utf8'});
    return done.status === 0 ? {text: done.stdout} : {error: done.stderr || String(done.error)};
  }

  // The manifests, in the order of installation.
  manifests(options) {
    const {text, error} = this.run({...options, flags: ['--fixed-random', ...(options.flags ?? [])]});
    if (error) throw new Error(error);
    return parseAllDocuments(text).map((document) => document.toJS());
  }

  close() {
    rmSync(this.folder, {recursive: true, force: true});
  }
}

export const namesOfValues = () => readdirSync(join(HERE, 'values')).map((file) => file.replace('.yaml', '')).sort();
export const valuesFile = (name) => join(HERE, 'values', `${name}.yaml`);
