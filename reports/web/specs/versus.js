// Time in one result over that in another, with the range that the processes of both allow.
import {by, dimmed, log, logSignals, params, raw, tip} from './common.js';

const x = (field) => log(field, 'x', 'ratio');
const y = {field: 'work', type: 'nominal', sort: by('order'),
  axis: {title: null, domain: false, ticks: false, labelLimit: 200}};

export default {
  data: {name: 'rows'},
  height: {step: 22},
  params: params(logSignals('x')),
  layer: [
    {data: {values: [{one: 1}]}, mark: {type: 'rule', strokeDash: [3, 3]},
      encoding: {x: {field: 'one', type: 'quantitative'}}},
    {mark: {type: 'rule', strokeWidth: 2.5, strokeCap: 'round'},
      encoding: {x: x('low'), x2: {field: 'high'}, y, color: raw('verdict'), opacity: dimmed(0.6)}},
    {mark: {type: 'point', filled: true, size: 75},
      encoding: {x: x('value'), y, color: raw('verdict'), shape: raw('shape'), opacity: dimmed(1), tooltip: tip}},
  ],
};
