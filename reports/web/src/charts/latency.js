import {byModel, look} from '../look.js';
import {grouped, isOk, placementKey, placementText, sweeps, titleWithout, workKey, workText} from '../results.js';
import {count, duration, logAxis, rate} from '../units.js';

const PERCENTILES = [['p50', 2], ['p90', 10], ['p99', 100], ['p999', 1e3], ['p9999', 1e4]];
const nameOf = (tail) => `${Number((100 - 100 / tail).toFixed(4))} %`;

const measured = (cells) => cells.filter((cell) => isOk(cell) && cell.latency_ns);

// Only percentiles beyond which there are observations: the 99.99 % of 1,000 is their maximum.
const known = ({latency_ns: latency}) => PERCENTILES
    .filter(([name, tail]) => latency[name] != null && (tail === 2 || latency.count >= 2 * tail))
    .map(([name, tail]) => ({tail, value: latency[name]}));

// The whole curve, from the counts of the buckets: a value at every step of the stretched axis.
function curveOf({latency_ns: {buckets, count, max}}, last) {
  const curve = [];
  let below = 0;
  let tail = 1.25;
  for (const bucket of buckets) {
    below += bucket.count;
    for (; tail <= last && below >= count * (1 - 1 / tail); tail *= 1.1) {
      curve.push({tail, value: Math.min(Math.max(bucket.low, 1), max)});
    }
  }
  return curve;
}

function curves(cells) {
  cells.sort((a, b) => byModel(a.model, b.model));
  const marks = cells.flatMap((cell) => known(cell).map(({tail, value}) => ({...look(cell.model), tail, value,
    tip: `${cell.model}\n${nameOf(tail)} within ${duration(value)}\n` +
        `slowest of ${count(cell.latency_ns.count)}: ${duration(cell.latency_ns.max)}`})));
  const last = Math.max(...marks.map((mark) => mark.tail));
  const rows = cells.flatMap((cell) => curveOf(cell, last).map((point) => ({...look(cell.model), ...point})));
  const {lo, hi, ticks} = logAxis([...rows, ...marks].map((row) => row.value));
  return {spec: 'percentiles', title: workText(cells[0]),
    subtitle: `${cells[0].latency_ns.what} · ${placementText(cells[0])}`, data: {rows, marks},
    signals: {xlo: 1.25, xhi: last * 1.15, xticks: PERCENTILES.map(([, tail]) => tail), ylo: lo, yhi: hi, yticks: ticks},
    models: true};
}

export const percentiles = {
  id: 'latency',
  title: 'How late the late ones are',
  lead: 'Latency at each percentile. The axis stretches towards 100 %, where the tail is: a model ' +
      'may win in the median and lose here.',
  absent: 'no cell of this placement measured the latency of single operations.',
  panels: ({cells, placement}) => [...grouped(
      measured(cells).filter((cell) => placementKey(cell) === placement), (cell) => workKey(cell)).values()].map(curves),
};

const SHOWN = [['p50', [1, 0]], ['p99', [5, 3]]];

function underLoad(cells) {
  const rows = cells.sort((a, b) => byModel(a.model, b.model) || a.params.rate - b.params.rate)
      .flatMap((cell) => SHOWN.filter(([name]) => cell.latency_ns[name] != null).map(([name, dash]) => ({
        ...look(cell.model), dash, percentile: name, rate: cell.params.rate, value: cell.latency_ns[name],
        tip: `${cell.model}, ${name === 'p50' ? 'median' : '99 %'}\n${duration(cell.latency_ns[name])}\n` +
            `at ${rate(cell.params.rate)} requests per second asked for, ` +
            `${rate(cell.summary.ops_per_s.median)} answered`})));
  const x = logAxis(rows.map((row) => row.rate));
  const y = logAxis(rows.map((row) => row.value));
  return {spec: 'load', title: titleWithout(cells[0], 'rate'),
    subtitle: `median (solid) and 99 % (dashed) · ${placementText(cells[0])}`, data: {rows},
    signals: {xlo: x.lo, xhi: x.hi, xticks: x.ticks, ylo: y.lo, yhi: y.hi, yticks: y.ticks}, models: true};
}

export const load = {
  id: 'load',
  title: 'Latency under load',
  lead: 'What a request waits as more are sent per second. Where a line turns up, the model is full.',
  absent: 'no workload ran at several rates; --set echo.rate=… with a list of rates does.',
  panels: ({cells}) => sweeps(measured(cells), 'rate').filter((all) => all[0].params.rate >= 0)
      .map((all) => underLoad(all.filter((cell) => cell.params.rate > 0))),
};
