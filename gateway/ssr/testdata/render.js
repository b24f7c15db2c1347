// SPDX-License-Identifier: Apache-2.0
// Stands in for the web application's bundle: a page by its name, and scripts that misbehave.
globalThis.render = (json) => {
  const props = JSON.parse(json);
  switch (props.page) {
    case 'throw':
      throw new Error('no such page');
    case 'forever':
      for (;;) {
      }
    case 'number':
      return 17;
    case 'slow': {
      let sum = 0;
      for (let i = 0; i < 3e6; ++i) sum += Math.sqrt(i);
      return `slow ${sum > 0}`;
    }
    default:
      return `<!doctype html><title>${props.title}</title></head>${props.form ? JSON.stringify(props.form) : ''}`;
  }
};
