import {look} from '../look.js';
import {grouped, isOk, median, merit, placementKey, placementText, workKey, workText} from '../results.js';
import {duration, logAxis, ratio} from '../units.js';

const isSingle = (cell) => cell.summary.processes < 2;  // whose range is a point
const key = (cell) => cell.model + workKey(cell) + placementKey(cell);

// The widest ratio that the processes of both allow; only if all of it lies on one side of 1 is the
// difference more than what processes differ by anyway.
function compared(old, now) {
  const [a, b] = [old.summary.ns_per_op, now.summary.ns_per_op];
  const value = b.median / a.median;
  const [low, high] = [b.low / a.high, b.high / a.low];
  const said = isSingle(old) || isSingle(now) ? 'unclear: one process shows no spread'
    : low > 1 ? 'slower' : high < 1 ? 'faster' : 'within what the processes differ by';
  const verdict = said === 'slower' ? 'var(--slower)' : said === 'faster' ? 'var(--faster)' : 'var(--same)';
  return {value, low, high, said, verdict};
}

// Pairs of models of which surely one is the better in the first result, and the other in the second.
function changedPlaces(cells, before) {
  const surely = (a, b) => !isSingle(a) && !isSingle(b) && merit(a).by === merit(b).by &&
      merit(a).high < merit(b).low;
  const old = (cell) => before.get(key(cell));
  return cells.flatMap((one) => cells
      .filter((other) => surely(old(one), old(other)) && surely(other, one))
      .map((other) => `${one.model} and ${other.model}`));
}

function panel(cells, before, labels) {
  const rows = cells.map((now, order) => {
    const old = before.get(key(now));
    const result = compared(old, now);
    return {...look(now.model), work: now.model, order, ...result,
      tip: `${now.model} · ${workText(now)}\n${duration(median(old))} → ${duration(median(now))} per ${now.op}\n` +
          `${ratio(result.value)} × (${ratio(result.low)}–${ratio(result.high)}): ${result.said}`};
  });
  const places = changedPlaces(cells, before);
  const {lo, hi, ticks} = logAxis(rows.flatMap(({low, high}) => [low, high]), {around: 1});
  return {spec: 'versus', title: workText(cells[0]),
    subtitle: `${labels.now} over ${labels.old} · ${placementText(cells[0])}` +
        (places.length ? ` · change places: ${places.join(', ')}` : ''),
    data: {rows}, signals: {xlo: lo, xhi: hi, xticks: ticks}, models: true};
}

export const versus = {
  id: 'versus',
  title: 'Side by side',
  lead: 'Time of an operation in the chosen result over that in the first: left of 1 is faster. A bar ' +
      'that crosses 1 is no difference that these processes can show; concbench check decides properly.',
  absent: 'only one result was given; concbench report A.json B.json shows both.',
  panels({results, labels, index}) {
    if (results.length < 2) return [];
    const [old, now] = index === 0 ? [results[0], results.at(-1)] : [results[0], results[index]];
    const names = {old: labels[0], now: labels[index === 0 ? results.length - 1 : index]};
    const before = new Map(old.cells.filter(isOk).map((cell) => [key(cell), cell]));
    const shared = now.cells.filter((cell) => isOk(cell) && before.has(key(cell)));
    return [...grouped(shared, (cell) => workKey(cell) + placementKey(cell)).values()]
        .map((cells) => panel(cells.sort((a, b) => median(a) - median(b)), before, names));
  },
};
