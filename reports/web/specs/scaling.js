// Operations per second over cores; both axes logarithmic, so that a straight rise is scaling.
import {lines, log, logSignals, params} from './common.js';

export default {
  data: {name: 'rows'},
  height: 220,
  params: params({...logSignals('x'), ...logSignals('y')}),
  layer: lines(log('cores', 'x', 'plain', {title: 'cores'}), log('value', 'y', 'rate')),
};
