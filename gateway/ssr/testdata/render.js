// SPDX-License-Identifier: Apache-2.0
// Stands in for the web application's bundle: a page by its name, and scripts that misbehave.
globalThis.render = (json, shared) => {
  const props = JSON.parse(json);
  switch (props.page) {
    case 'throw':
      throw new Error('no such page');
    case 'forever':
      for (;;) {
      }
    case 'shared':
      return shared;
    case 'number':
      return 17;
    case 'slow': {
      let sum = 0;
      for (let i = 0; i < 3e6; ++i) sum += Math.sqrt(i);
      return `slow ${sum > 0}`;
    }
    default: {
      // With the place for the props, as the real one.
      const topics = props.data?.topics?.topics;
      const end = topics ? `<main>${Object.keys(topics[0])}</main><script></script></body></html>` : '';
      return `<!doctype html><title>${props.title}</title></head>${props.form ? JSON.stringify(props.form) : ''}${end}`;
    }
  }
};
