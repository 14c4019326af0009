// The share of the cores' time that goes into the tasks themselves, over the length of a task. METG
// is where it passes one half.
import {dimmed, lines, log, logSignals, params, raw, tip} from './common.js';

const x = (field) => log(field, 'x', 'time', {title: 'length of a task'});
const y = {field: 'value', type: 'quantitative', scale: {domain: [0, 1.1], clamp: true, nice: false},
  axis: {title: null, format: '.0%', values: [0, 0.25, 0.5, 0.75, 1]}};

export default {
  data: {name: 'rows'},
  height: 220,
  params: params(logSignals('x')),
  layer: [
    {data: {values: [{half: 0.5}]}, mark: {type: 'rule', strokeDash: [3, 3]},
      encoding: {y: {field: 'half', type: 'quantitative'}}},
    ...lines(x('grain'), y),
    {data: {name: 'metg'}, mark: {type: 'point', shape: 'circle', filled: false, size: 190, strokeWidth: 1.5},
      encoding: {x: x('grain'), y, color: raw('color'), opacity: dimmed(1), tooltip: tip}},
  ],
};
