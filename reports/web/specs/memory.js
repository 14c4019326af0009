// Memory of one task over the number of tasks alive at once; a cross where a limit ended it.
import {dimmed, lines, log, logSignals, params, raw, tip} from './common.js';

const x = log('tasks', 'x', 'rate', {title: 'tasks alive at once'});
const y = log('value', 'y', 'bytes');

export default {
  data: {name: 'rows'},
  height: 220,
  params: params({...logSignals('x'), ...logSignals('y')}),
  layer: [
    ...lines(x, y),
    {data: {name: 'ceilings'}, mark: {type: 'point', shape: 'M-1,-1L1,1M-1,1L1,-1', size: 140, strokeWidth: 2.5, filled: false},
      encoding: {x, y, color: raw('color'), opacity: dimmed(1), tooltip: tip}},
  ],
};
