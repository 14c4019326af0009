import {byModel} from '../look.js';
import {isOk, merit, meritUnit} from '../results.js';
import {duration, ratio} from '../units.js';

// Where a colour begins, in times of the best. colors.css has a fill (--h0 …) and an ink for each.
const BOUNDS = [1.1, 2, 5, 20, 100, 1000];
const heat = (slowdown) => BOUNDS.filter((bound) => slowdown > bound).length;

const compact = (slowdown) => {
  if (slowdown < 99.5) return slowdown.toFixed(slowdown < 9.95 ? 1 : 0);
  return Intl.NumberFormat('en-US', {notation: 'compact', maximumSignificantDigits: 2}).format(slowdown);
};

function tile(group, cell) {
  if (!isOk(cell)) {
    return {fill: 'var(--absent)', ink: 'var(--ink-3)', text: cell.status === 'skipped' ? '–' : '!',
      tip: `${cell.model} · ${group.work}\n${cell.status}: ${cell.reason}`};
  }
  const slowdown = merit(cell).median / merit(group.ranked[0]).median;
  const level = heat(slowdown);
  return {slowdown, fill: `var(--h${level})`, ink: `var(--hi${level})`, text: compact(slowdown),
    tip: `${cell.model} · ${group.work}\n${duration(merit(cell).median)} ${meritUnit(cell)}\n` +
        `${ratio(slowdown)} × the best (${group.ranked[0].model})`};
}

export const heatmap = {
  id: 'overview',
  title: 'Every model on every workload',
  lead: 'Times slower than the fastest model on the same work and the same cores; 1.0 is the fastest. ' +
      'Where the load sets the pace (echo, sleepers), it is the p99 latency that is compared. ' +
      'A dash is a pair that cannot work, or that this machine cannot hold.',
  absent: 'no cell of this placement was measured.',
  wide: true,
  panels({groups}) {
    const shown = groups.filter((group) => group.ranked.length);
    const cellsOf = (group) => [...group.ranked, ...group.unranked];
    const models = [...new Set(shown.flatMap(cellsOf).map((cell) => cell.model))].sort(byModel);
    const rows = shown.flatMap((group, order) => cellsOf(group).map((cell) => ({
      work: group.work, model: cell.model, order, column: models.indexOf(cell.model),
      ...tile(group, cell)})));
    if (!rows.length) return [];
    return [{spec: 'heatmap', title: 'Slow-down to the best', data: {rows}, minWidth: 260 + models.length * 40}];
  },
};
