import {byModel, look} from '../look.js';
import {grouped, placementText, sweeps, titleWithout} from '../results.js';
import {bytes, count, logAxis} from '../units.js';

const perTask = (cell) => cell.memory?.bytes_per_task;
const isKnown = (cell) => perTask(cell) != null;

function row(cell) {
  const value = perTask(cell);
  return {...look(cell.model), tasks: cell.params.n, value, low: value, high: value,
    tip: `${cell.model}\n${bytes(value)} per task\nwith ${count(cell.params.n)} alive at once`};
}

// Where a model can hold no more: as found, else as its limits say; at the height of its last point.
function ceilingsOf(cells) {
  return [...grouped(cells, (cell) => cell.model).values()].flatMap((own) => {
    const last = own.filter(isKnown).at(-1);
    const {ceiling} = own.findLast((cell) => cell.memory?.ceiling)?.memory ?? {};
    if (!last || !ceiling) return [];
    const tasks = ceiling.found ?? ceiling.predicted;
    return [{...look(last.model), tasks, value: perTask(last),
      tip: `${last.model}: no more than ${count(tasks)} tasks\n${ceiling.limit}\n${ceiling.how}`}];
  });
}

function curves(all) {
  const cells = all.sort((a, b) => byModel(a.model, b.model) || a.params.n - b.params.n);
  const rows = cells.filter(isKnown).map(row);
  const ceilings = ceilingsOf(cells);
  const x = logAxis([...rows, ...ceilings].map((point) => point.tasks));
  const y = logAxis(rows.map((point) => point.value), {binary: true, before: 0.1, after: 0.1});
  return {spec: 'memory', title: titleWithout(cells[0], 'n'),
    subtitle: `memory of one task, the kernel's part counted in · ${placementText(cells[0])}`, data: {rows, ceilings},
    signals: {xlo: x.lo, xhi: x.hi, xticks: x.ticks, ylo: y.lo, yhi: y.hi, yticks: y.ticks}, models: true};
}

export const memory = {
  id: 'memory',
  title: 'What a waiting task weighs',
  lead: 'Memory for each task while all are alive and parked. A cross is a ceiling: the number at ' +
      'which a limit of the machine ended it.',
  absent: 'no workload held several numbers of tasks alive (--workload=hold).',
  panels: ({cells}) => sweeps(cells, 'n').filter((all) => all.some(isKnown)).map(curves),
};
