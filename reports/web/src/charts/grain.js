import {byModel, look} from '../look.js';
import {isOk, median, placementText, sweeps, titleWithout} from '../results.js';
import {duration, logAxis} from '../units.js';

// An operation is one task, so with C cores the ideal is grain / C of wall time for each.
function efficiencyOf(cell) {
  const ideal = cell.params.ns / cell.cores;
  const {median: ns, low, high} = cell.summary.ns_per_op;
  return {value: ideal / ns, low: ideal / high, high: ideal / low};
}

function metgOf(cells) {
  const found = cells.filter((cell) => cell.measures?.metg_ns != null);
  return [...new Map(found.map((cell) => [cell.model, cell])).values()].map((cell) => ({
    ...look(cell.model), grain: cell.measures.metg_ns, value: 0.5,
    tip: `${cell.model}\nMETG: ${duration(cell.measures.metg_ns)}\nshorter tasks cost more than they do`}));
}

function curves(cells) {
  const rows = cells.sort((a, b) => byModel(a.model, b.model) || a.params.ns - b.params.ns).map((cell) => {
    const efficiency = efficiencyOf(cell);
    return {...look(cell.model), grain: cell.params.ns, ...efficiency,
      tip: `${cell.model}, tasks of ${duration(cell.params.ns)}\n` +
          `${(efficiency.value * 100).toFixed(0)} % of the cores' time is work\n` +
          `${duration(median(cell))} per task`};
  });
  const metg = metgOf(cells);
  const {lo, hi, ticks} = logAxis([...rows, ...metg].map((row) => row.grain));
  return {spec: 'grain', title: titleWithout(cells[0], 'ns'),
    subtitle: `share of the cores' time that is work · ${placementText(cells[0])}`,
    data: {rows, metg}, signals: {xlo: lo, xhi: hi, xticks: ticks}, models: true};
}

export const grain = {
  id: 'grain',
  title: 'How small a task may be',
  lead: 'The shorter a task, the more of the time goes into starting and joining it. The circle marks ' +
      'the minimum effective task granularity (METG): the length at which half of the time is work.',
  absent: 'the workload grain did not run with several lengths of task (--workload=grain).',
  panels: ({cells}) => sweeps(cells.filter((cell) => isOk(cell) && cell.workload === 'grain'), 'ns').map(curves),
};
