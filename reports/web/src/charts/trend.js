import {byModel, look} from '../look.js';
import {grouped, isOk, placementKey, placementText, workKey, workText} from '../results.js';
import {duration, logAxis} from '../units.js';

const dated = (results) => results.filter((result) => !Number.isNaN(Date.parse(result.date)))
    .sort((a, b) => Date.parse(a.date) - Date.parse(b.date));

function curves(entries) {
  const rows = entries.sort((a, b) => byModel(a.cell.model, b.cell.model)).map(({cell, result}) => {
    const {median, low, high} = cell.summary.ns_per_op;
    return {...look(cell.model), date: Date.parse(result.date), value: median, low, high,
      tip: `${cell.model}\n${duration(median)} per ${cell.op}\n${result.date} · ${result.build.commit}\n` +
          `${result.environment.host}`};
  });
  const {lo, hi, ticks} = logAxis(rows.flatMap(({low, high}) => [low, high]));
  const {cell} = entries[0];
  return {spec: 'trend', title: workText(cell), subtitle: `time per ${cell.op} · ${placementText(cell)}`,
    data: {rows}, signals: {ylo: lo, yhi: hi, yticks: ticks}, models: true};
}

export const trend = {
  id: 'trend',
  title: 'Over time',
  lead: 'The same work in results of different dates.',
  absent: 'a trend needs three results of different dates.',
  panels({results}) {
    const ordered = dated(results);
    if (new Set(ordered.map((result) => result.date)).size < 3) return [];
    const entries = ordered.flatMap((result) => result.cells.filter(isOk).map((cell) => ({cell, result})));
    return [...grouped(entries, ({cell}) => workKey(cell) + placementKey(cell)).values()]
        .filter((all) => new Set(all.map(({result}) => result.date)).size > 1).map(curves);
  },
};
