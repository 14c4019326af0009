import {look} from '../look.js';
import {merit, meritUnit, placementText, points, withoutSweeps} from '../results.js';
import {duration, durationRange, logAxis, percent} from '../units.js';

function row(cell, order) {
  const {median: value, low, high} = merit(cell);
  const warnings = cell.warnings.map((warning) => `\n${warning}`).join('');
  return {...look(cell.model), order, value, low, high, text: duration(value),
    tip: `${cell.model}\n${duration(value)} ${meritUnit(cell)}\n` +
        `${durationRange(low, high)} in ${cell.summary.processes} processes${warnings}`};
}

// The times of single samples say nothing of a latency.
const ticks = (cell, order) => (merit(cell).by === 'p99' ? [] : points(cell)).map(([process, value]) => ({
  model: cell.model, color: look(cell.model).color, order, process, value}));

export const costs = {
  id: 'costs',
  title: 'What an operation costs',
  lead: 'One panel for each piece of work: the time of an operation or, where the load sets the pace, ' +
      'the p99 latency. Every thin tick is a measurement, the bar spans the ' +
      'medians of the worker processes, the shape is the median of those. Of a parameter that ' +
      'was swept, the largest value stands here and a curve below.',
  absent: 'no cell of this placement was measured.',
  panels({groups}) {
    return withoutSweeps(groups.filter((group) => group.ranked.length)).map(({work, any, ranked}) => {
      const rows = ranked.map(row);
      const raw = ranked.flatMap(ticks);
      const {lo, hi, ticks: at} = logAxis([...rows.flatMap(({low, high}) => [low, high]),
        ...raw.map((point) => point.value)], {after: 0.22});  // for the numbers
      return {spec: 'costs', title: work, subtitle: `${merit(any).by === 'p99' ? 'p99 latency' : `time per ${any.op}`} · ${placementText(any)}`,
        data: {rows, points: raw}, signals: {xlo: lo, xhi: hi, xticks: at}, models: true};
    });
  },
};

// What the bars span, true for every cell.
export function meaningOfRange(cells) {
  const counts = [...new Set(cells.map((cell) => cell.summary.processes))].sort((a, b) => a - b);
  if (counts.length !== 1) return `range of ${counts[0]} to ${counts.at(-1)} processes`;
  if (counts[0] === 1) return 'one process each: no interval';
  const level = 1 - 2 ** (1 - counts[0]);
  return `range of ${counts[0]} processes` +
      (level >= 0.95 ? `, a ${percent(level)} interval for the median` : ', which is no 95 % interval');
}
