// Builds the page that `concbench report` fills: node build.js OUT.cpp
//
// Script and style stand in the page, and its policy names them by their hashes: nothing else may
// run, whatever a result holds. The page is compressed in the program, plain in a report.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {specifications} from './compile.js';

const here = (file) => new URL(file, import.meta.url).pathname;
const source = (file) => readFileSync(here(file), 'utf8');
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

// Lets the script import the compiled charts.
const compiled = {
  name: 'specifications',
  setup(bundler) {
    bundler.onResolve({filter: /^specifications$/}, ({path}) => ({path, namespace: 'compiled'}));
    bundler.onLoad({filter: /.*/, namespace: 'compiled'}, async () => (
      {contents: JSON.stringify(await specifications()), loader: 'json'}));
  },
};

async function bundle(entry, options = {}) {
  const {outputFiles: [file]} = await build({
    entryPoints: [here(entry)], bundle: true, minify: true, write: false, charset: 'utf8',
    target: ['chrome123', 'firefox120', 'safari17.5'], legalComments: 'none', logLevel: 'warning',
    plugins: [compiled], ...options,
  });
  return file.text.trim();
}

function page(script, style) {
  const parts = {SCRIPT: script, STYLE: style, SCRIPT_HASH: hash(script), STYLE_HASH: hash(style)};
  return source('template.html').replace(/@(SCRIPT|STYLE|SCRIPT_HASH|STYLE_HASH)@/g, (_, part) => parts[part]);
}

// The places that the program fills must be told from what the script says; it takes the first of
// each, and the script comes last.
function asCpp(text) {
  const bytes = gzipSync(text, {level: 9});
  return `// Made by reports/web/build.js.
#include "reports/html/page.hpp"

namespace concbench {

static const unsigned char bytes[] = {
${bytes.toString('hex').replace(/../g, '0x$&,').replace(/(.{100})/g, '$1\n')}
};

Page page() { return {{bytes, sizeof bytes}, ${Buffer.byteLength(text)}, ""}; }

}  // namespace concbench
`;
}

const script = await bundle('src/main.js', {format: 'iife'});
if (script.includes('</script')) throw new Error('the script would end its own element');
writeFileSync(process.argv[2], asCpp(page(script, await bundle('style.css'))));
