import {look} from '../look.js';
import {grouped, isOk, median, points, workText} from '../results.js';
import {duration, logAxis, ratio} from '../units.js';

const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

// As reports/result/result.hpp names a cell; `order` lists these with the process.
function nameOf(cell) {
  const params = Object.entries(cell.params).map(([name, value]) => `/${name}:${value}`).join('');
  return `${cell.model}/${cell.workload}${params}/cores:${cell.cores}` +
      (cell.layout === 'compact' ? '' : `/layout:${cell.layout}`);
}

function rowsOf({order, cells}) {
  const measured = new Map(cells.filter(isOk).map((cell) => [nameOf(cell), cell]));
  return order.flatMap((entry, position) => {
    const at = entry.lastIndexOf('#');
    const cell = measured.get(entry.slice(0, at));
    const process = Number(entry.slice(at + 1));
    const own = cell ? points(cell).filter((point) => point[0] === process).map((point) => point[1]) : [];
    if (!own.length || cell.summary.processes < 2) return [];
    const value = middle(own) / median(cell);
    return [{...look(cell.model), position: position + 1, value,
      tip: `${position + 1}: ${cell.model} · ${workText(cell)}\n${duration(middle(own))} per ${cell.op}\n` +
          `${ratio(value)} × the median of its cell`}];
  });
}

// The running median: what neighbours in time have in common is the machine's.
function trendOf(rows) {
  const reach = Math.max(3, Math.round(rows.length / 16));
  return rows.map(({position}, index) => ({position,
    value: middle(rows.slice(Math.max(0, index - reach), index + reach + 1).map((row) => row.value))}));
}

export const drift = {
  id: 'order',
  title: 'Did the machine change meanwhile?',
  lead: 'Every worker process in the order of the run, against the median of its own cell. The line is ' +
      'the running median: flat means that early and late cells may be compared.',
  absent: 'every cell ran in one process only, or the order of the run was not kept.',
  wide: true,
  panels({result}) {
    const rows = rowsOf(result);
    if (rows.length < 4) return [];
    const {lo, hi, ticks} = logAxis(rows.map((row) => row.value), {around: 1});
    return [{spec: 'drift', title: 'Time against the median of the cell',
      subtitle: `${rows.length} worker processes, ${grouped(rows, (row) => row.model).size} models`,
      data: {rows, trend: trendOf(rows)}, signals: {ylo: lo, yhi: hi, yticks: ticks}, models: true}];
  },
};
