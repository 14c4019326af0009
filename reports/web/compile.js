// Compiles the specifications (specs/NAME.js) from Vega-Lite to Vega, so that the page needs no
// Vega-Lite. Compiling on to Vega's dataflow would spare the page Vega's parser (60 KB), but with
// expressions as trees, which a page without eval needs, the dataflows are 780 KB for 50 KB of Vega.
import {readdirSync} from 'node:fs';
import {compile} from 'vega-lite';
import {config} from './specs/common.js';

const folder = new URL('specs/', import.meta.url);

// A warning of Vega-Lite is a chart that may not show what it says.
const logger = {
  warn: (...words) => { throw new Error(words.join(' ')); },
  info() { return this; },
  debug() { return this; },
  error: (...words) => { throw new Error(words.join(' ')); },
  level() { return this; },
};

export async function specifications() {
  const names = readdirSync(folder).filter((name) => name !== 'common.js').sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => {
    const {default: specification} = await import(new URL(name, folder));
    const vega = compile({width: 400, ...specification}, {config, logger}).spec;
    // The page sets the width of a chart with its axes, whatever its labels take.
    vega.autosize = {type: 'fit-x', contains: 'padding'};
    return [name.replace(/\.js$/, ''), vega];
  })));
}
