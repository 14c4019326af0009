import {byModel, look} from '../look.js';
import {grouped, isOk, workKey, workText} from '../results.js';
import {cores as coresText, duration, logAxis, rate} from '../units.js';

// The cells of each piece of work that some model did on several numbers of cores. `serial` uses
// one core whatever it is given, and stays out.
function scaled(cells) {
  const key = (cell) => workKey(cell) + cell.layout + cell.oversubscribed;
  const measured = cells.filter((cell) => isOk(cell) && cell.model !== 'serial');
  return [...grouped(measured, key).values()]
      .map((all) => all.sort((a, b) => byModel(a.model, b.model) || a.cores - b.cores))
      .filter((all) => new Set(all.map((cell) => cell.cores)).size > 1);
}

function coresAxis(cells) {
  const ticks = [...new Set(cells.map((cell) => cell.cores))].sort((a, b) => a - b);
  return {xlo: ticks[0] / 1.08, xhi: ticks.at(-1) * 1.08, xticks: ticks};
}

function throughput(cells) {
  const rows = cells.map((cell) => {
    const {median, low, high} = cell.summary.ops_per_s;
    return {...look(cell.model), cores: cell.cores, value: median, low, high,
      tip: `${cell.model} on ${coresText(cell.cores)}\n${rate(median)} ${cell.op}s per second\n` +
          `${duration(cell.summary.ns_per_op.median)} per ${cell.op}`};
  });
  const y = logAxis(rows.flatMap(({low, high}) => [low, high]));
  return {spec: 'scaling', title: workText(cells[0]), subtitle: `${cells[0].op}s per second`, data: {rows},
    signals: {...coresAxis(cells), ylo: y.lo, yhi: y.hi, yticks: y.ticks}, models: true};
}

function efficiency(cells) {
  const rows = [...grouped(cells, (cell) => cell.model).values()].flatMap((own) => {
    const base = own[0].summary.ops_per_s.median / own[0].cores;
    return own.length < 2 ? [] : own.map((cell) => {
      const [value, low, high] = ['median', 'low', 'high'].map(
          (name) => cell.summary.ops_per_s[name] / cell.cores / base);
      return {...look(cell.model), cores: cell.cores, value, low, high,
        tip: `${cell.model} on ${coresText(cell.cores)}\n${(value * 100).toFixed(0)} % of the ` +
            `throughput per core on ${coresText(own[0].cores)}`};
    });
  });
  return {spec: 'efficiency', title: workText(cells[0]),
    subtitle: 'throughput per core, compared with that on the fewest cores', data: {rows},
    signals: coresAxis(cells), models: true};
}

export const scaling = {
  id: 'scaling',
  title: 'Over cores',
  lead: 'Throughput as cores are added, and what share of each core is kept. A band is the range of ' +
      'the processes.',
  absent: 'every model ran on one number of cores only; --cores=1,2,… measures several.',
  panels: ({cells}) => scaled(cells).flatMap((all) =>
    [throughput(all), efficiency(all)].filter((panel) => panel.data.rows.length)),
};
