// Each worker process in the order of the run, against the median of its cell; a machine that
// became slower shows as a line that rises.
import {dimmed, log, logSignals, params, raw, tip} from './common.js';

const x = {field: 'position', type: 'quantitative', scale: {nice: false, zero: false},
  axis: {title: 'worker processes in the order of the run', grid: false, tickMinStep: 1, tickCount: 8, format: ',d'}};
const y = (field) => log(field, 'y', 'ratio');

export default {
  data: {name: 'rows'},
  height: 200,
  params: params(logSignals('y')),
  layer: [
    {data: {values: [{one: 1}]}, mark: {type: 'rule', strokeDash: [3, 3]},
      encoding: {y: {field: 'one', type: 'quantitative'}}},
    {mark: {type: 'point', filled: true, size: 34},
      encoding: {x, y: y('value'), color: raw('color'), shape: raw('shape'), opacity: dimmed(0.75), tooltip: tip}},
    {data: {name: 'trend'}, mark: {type: 'line', color: 'var(--ink)', strokeWidth: 2},
      encoding: {x, y: y('value')}},
  ],
};
