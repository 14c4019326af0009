// Time of one operation over the dates of the results.
import {lines, log, logSignals, params} from './common.js';

const x = {field: 'date', type: 'temporal', axis: {title: null, grid: false, tickCount: 5, labelOverlap: true}};

export default {
  data: {name: 'rows'},
  height: 200,
  params: params(logSignals('y')),
  layer: lines(x, log('value', 'y', 'time')),
};
