// Which model to take for each piece of work, by how much it leads, and what speaks against
// believing it.
import {meaningOfRange} from './charts/costs.js';
import {h, name, swatch} from './dom.js';
import {look} from './look.js';
import {median, merit, meritUnit, placementText, withoutSweeps} from './results.js';
import {duration, durationRange, ratio} from './units.js';

// A lead is known only as well as both ends of both ranges allow.
function lead(best, next) {
  const [a, b] = [merit(best), merit(next)];
  return {value: b.median / a.median, low: b.low / a.high, high: b.high / a.low};
}

// `level`: models whose range reaches into that of the best, so that these processes cannot tell
// them apart; `next`: the first that is surely slower.
export function verdictOf({ranked, any, work}) {
  const serial = ranked.find((cell) => cell.model === 'serial');
  const models = ranked.filter((cell) => cell !== serial);
  if (!models.length) return null;
  const [best, ...others] = models;
  const isLevel = (cell) => merit(cell).low <= merit(best).high;
  const next = others.find((cell) => !isLevel(cell));
  return {work, any, best, serial, next, level: others.filter(isLevel), lead: next && lead(best, next)};
}

const models = (cells) => cells.flatMap((cell, index) => [
  index === 0 ? '' : index === cells.length - 1 ? ' and ' : ', ', h('strong', {}, name(cell.model))]);

const times = ({value, low, high}) =>
  `${ratio(value)} × (${ratio(low)}–${ratio(high)})`;

function standing({best, level, next, lead: by}) {
  if (level.length) return ['level with ', models(level), next ? [`; ${times(by)} faster than `, models([next])] : '', '.'];
  if (next) return [`${times(by)} faster than `, models([next]), '.'];
  return ['the only model that ran.'];
}

function againstSerial({best, serial}) {
  if (!serial || merit(best).by !== 'ns_per_op') return null;
  const {value} = lead(best, serial);
  return h('p', {}, value >= 1 ? `${ratio(value)} × faster than plain calls on one core.`
    : `Plain calls take ${duration(median(serial))}: as tasks this work costs ${ratio(1 / value)} × as much.`);
}

function caveats({best, level}) {
  const list = [meaningOfRange([best, ...level]), ...best.warnings];
  return h('ul', {class: 'caveats'}, list.map((text) => h('li', {}, name(text))));
}

function card(verdict) {
  const {best, any, work} = verdict;
  const {median: value, low, high} = merit(best);
  return h('article', {class: 'verdict'},
      h('h3', {}, name(work)),
      h('p', {class: 'winner'}, swatch(look(best.model)), name(best.model)),
      h('p', {class: 'figure'}, h('strong', {}, duration(value)), ` ${meritUnit(best)} `,
          h('span', {class: 'range'}, durationRange(low, high))),
      h('p', {}, standing(verdict)),
      againstSerial(verdict), caveats(verdict));
}

export function verdictCards({groups}) {
  return withoutSweeps(groups).map(verdictOf).filter(Boolean).map(card);
}

export const verdictLead = ({groups}) => groups.length
  ? `The model to take for each kind of work on ${placementText(groups[0].any)}, among the ones ` +
    'measured. Models whose ranges overlap are level: these processes cannot tell them apart.'
  : '';
