// Throughput per core, as a share of that on the fewest cores.
import {lines, log, logSignals, params} from './common.js';

const y = {field: 'value', type: 'quantitative', scale: {domainMin: 0, nice: true},
  axis: {title: null, format: '.0%', tickCount: 5}};

export default {
  data: {name: 'rows'},
  height: 220,
  params: params(logSignals('x')),
  layer: lines(log('cores', 'x', 'plain', {title: 'cores'}), y),
};
