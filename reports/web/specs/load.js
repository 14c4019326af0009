// Latency against offered load: one line for each model and percentile.
import {lines, log, logSignals, params} from './common.js';

export default {
  data: {name: 'rows'},
  height: 220,
  params: params({...logSignals('x'), ...logSignals('y')}),
  layer: lines(log('rate', 'x', 'rate', {title: 'requests per second asked for'}),
      log('value', 'y', 'time'), ['model', 'percentile']).slice(1),
};
