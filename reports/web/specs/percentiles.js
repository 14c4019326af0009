// Latency at each percentile; the axis stretches towards 100 %, where the tail is.
import {lines, log, logSignals, params, symbols} from './common.js';

const x = log('tail', 'x', 'percentile', {title: 'share of operations no slower'});
const y = log('value', 'y', 'time');

export default {
  data: {name: 'rows'},
  height: 220,
  params: params({...logSignals('x'), ...logSignals('y')}),
  layer: [lines(x, y)[1], {data: {name: 'marks'}, ...symbols({x, y})}],
};
