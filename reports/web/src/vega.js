// Vega without what no chart here uses (maps, trees, forces, word clouds), and with its expressions
// interpreted as trees, since the page's policy forbids eval.
import {transforms} from 'vega-dataflow';
import * as encode from 'vega-encode';
import {expressionInterpreter} from 'vega-interpreter';
import {parse} from 'vega-parser';
import * as basic from 'vega-transforms';
import {View} from 'vega-view';
import * as layout from 'vega-view-transforms';

Object.assign(transforms, basic, layout, encode);

const parsed = new Map();

// A view of a specification, which is parsed once however many views there are.
export function viewOn(specification, options) {
  if (!parsed.has(specification)) parsed.set(specification, parse(specification, null, {ast: true}));
  return new View(parsed.get(specification), {expr: expressionInterpreter, ...options});
}

// Gives a view a panel's rows and signals, and the models that the reader chose.
export function fill(view, {data, signals = {}}, chosen) {
  for (const [name, rows] of Object.entries(data)) view.data(name, rows.map((row) => ({...row})));
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  return view.signal('chosen', chosen);
}
