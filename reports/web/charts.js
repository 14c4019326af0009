// The charts of a report as files: node charts.js RESULT.json… -o FOLDER; see scripts/charts.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {parseArgs} from 'node:util';
import {Resvg} from '@resvg/resvg-js';
import {specifications} from './compile.js';
import {figure} from './src/figure.js';
import {sections, viewOf} from './src/charts/index.js';
import {fill, viewOn} from './src/vega.js';

class Unusable extends Error {}

function options() {
  try {
    const {values, positionals} = parseArgs({allowPositionals: true, options: {
      out: {type: 'string', short: 'o', default: '.'}, only: {type: 'string', default: ''},
      format: {type: 'string', default: 'svg,png'}, theme: {type: 'string', default: 'light'},
      width: {type: 'string', default: '520'}, help: {type: 'boolean', short: 'h', default: false},
    }});
    return {...values, files: positionals};
  } catch (error) {
    throw new Unusable(error.message);
  }
}

const words = (text) => text.split(',').filter(Boolean);

function among(words_, known, option) {
  const strange = words_.find((word) => !known.includes(word));
  if (strange !== undefined) throw new Unusable(`${option}: '${strange}' is none of ${known.join(', ')}`);
  return words_;
}

function read(file) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')).concbench;
    if (result?.schema !== 1) throw new Error('not a result of concbench');
    return {...result, file: basename(file)};
  } catch (error) {
    throw new Unusable(`${file}: ${error.message}`);
  }
}

// The colours that colors.css gives to its names, as `--name: light-dark(LIGHT, DARK)`.
function colours(theme) {
  const style = readFileSync(new URL('colors.css', import.meta.url), 'utf8');
  return new Map([...style.matchAll(/(--[\w-]+): light-dark\(([^,]+), ([^)]+)\)/g)]
      .map(([, name, light, dark]) => [name, theme === 'dark' ? dark : light]));
}

async function draw(panel, compiled, palette, width) {
  const view = viewOn(compiled[panel.spec], {renderer: 'none'});
  fill(view, panel, []).width(Math.max(width, panel.minWidth ?? 0));
  const svg = await view.toSVG();
  view.finalize();
  const [, across, height] = svg.match(/width="([\d.]+)" height="([\d.]+)"/).map(Number);
  return figure(svg, {width: across, height}, panel).replace(/var\((--[\w-]+)\)/g, (_, name) => palette.get(name));
}

const png = (svg) => new Resvg(svg, {fitTo: {mode: 'zoom', value: 2}, font: {loadSystemFonts: true}})
    .render().asPng();

async function main() {
  const {files, out, only, format, theme, width, help} = options();
  if (help || !files.length) {
    console.log('node charts.js RESULT.json… -o FOLDER [--only=SECTION,…] [--format=svg,png] [--theme=light|dark]');
    return help ? 0 : 2;
  }
  const ids = among(words(only), sections.map(({id}) => id), '--only');
  const formats = among(words(format), ['svg', 'png'], '--format');
  among([theme], ['light', 'dark'], '--theme');
  const view = viewOf(files.map(read));
  const [compiled, palette] = [await specifications(), colours(theme)];
  mkdirSync(out, {recursive: true});
  let count = 0;
  for (const {id, panels} of sections.filter(({id}) => !ids.length || ids.includes(id))) {
    for (const panel of panels(view)) {
      const name = join(out, `${panel.spec}-${panel.title}`.replace(/[^\w.=-]+/g, '-').slice(0, 120));
      const svg = await draw(panel, compiled, palette, Number(width));
      if (formats.includes('svg')) writeFileSync(`${name}.svg`, svg);
      if (formats.includes('png')) writeFileSync(`${name}.png`, png(svg));
      ++count;
    }
  }
  if (!count) throw new Unusable('these results have no data for the charts asked for');
  console.error(`charts: ${count} in ${out}`);
  return 0;
}

main().then((code) => { process.exitCode = code; }, (error) => {
  console.error(`charts: ${error.message}`);
  process.exitCode = error instanceof Unusable ? 2 : 1;
});
