// The time of one operation in each model: every sample as a tick, the range of the processes as a
// line, their median as a shape.
import {by, dimmed, log, logSignals, params, raw, symbols} from './common.js';

const x = (field) => log(field, 'x', 'time');
const y = {field: 'model', type: 'nominal', sort: by('order'),
  axis: {title: null, domain: false, ticks: false, grid: false, labelLimit: 130}};

export default {
  data: {name: 'rows'},
  height: {step: 25},
  params: params(logSignals('x')),
  layer: [
    {mark: {type: 'rule', strokeWidth: 2.5, strokeCap: 'round'},
      encoding: {x: x('low'), x2: {field: 'high'}, y, color: raw('color'), opacity: dimmed(0.55)}},
    {data: {name: 'points'},
      mark: {type: 'tick', thickness: 1, size: 13},
      encoding: {x: x('value'), y, color: raw('color'), opacity: dimmed(0.45)}},
    symbols({x: x('value'), y}, 75),
    {mark: {type: 'text', align: 'left', dx: 9, fontSize: 10.5, color: 'var(--ink-2)'},
      encoding: {x: x('high'), y, text: {field: 'text', type: 'nominal'}, opacity: dimmed(1)}},
  ],
};
