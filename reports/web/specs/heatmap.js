// Model × workload: how many times slower than the best.
import {by, raw, params, tip} from './common.js';

const x = {field: 'model', type: 'nominal', sort: by('column'),
  axis: {orient: 'top', title: null, labelAngle: -40, domain: false, ticks: false}};
const y = {field: 'work', type: 'nominal', sort: by('order'),
  axis: {title: null, domain: false, ticks: false, labelLimit: 230}};

export default {
  data: {name: 'rows'},
  height: {step: 27},
  params: params({}),
  layer: [
    {mark: {type: 'rect', stroke: 'var(--panel)', strokeWidth: 2, cornerRadius: 4},
      encoding: {x, y, color: raw('fill'), tooltip: tip}},
    {mark: {type: 'text', fontSize: 11},
      encoding: {x, y, text: {field: 'text', type: 'nominal'}, color: raw('ink'), tooltip: tip}},
  ],
};
