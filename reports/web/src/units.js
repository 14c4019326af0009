// Quantities as people read them, written as reports/text/units.cpp writes them.

const TIMES = [['ns', 1], ['µs', 1e3], ['ms', 1e6], ['s', 1e9]];
const RATES = [['', 1], ['k', 1e3], ['M', 1e6], ['G', 1e9], ['T', 1e12]];
const SIZES = [['B', 1], ['KiB', 2 ** 10], ['MiB', 2 ** 20], ['GiB', 2 ** 30]];

export const unknown = '—';

function threeDigits(value) {
  return value.toFixed(value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// The first unit in which the value has at most three digits before the point.
function unitFor(value, units) {
  return units.find(([, size]) => value / size < 999.5) ?? units.at(-1);
}

function quantity(value, units) {
  if (value == null) return unknown;
  const [name, size] = unitFor(value, units);
  return `${threeDigits(value / size)} ${name}`.trimEnd();
}

export const duration = (ns) => quantity(ns, TIMES);
export const rate = (perSecond) => quantity(perSecond, RATES);
export const bytes = (n) => (n != null && n < 1024 ? `${Math.round(n)} B` : quantity(n, SIZES));
export const count = (n) => (n == null ? unknown : Math.round(n).toLocaleString('en-US'));
export const percent = (share) => `${(share * 100).toFixed(1)} %`;

export function ratio(value) {
  if (value == null) return unknown;
  return value < 999.5 ? threeDigits(value) : count(value);
}

// "9.80–10.2 ns", both in the unit that fits the larger.
export function durationRange(low, high) {
  const [name, size] = unitFor(high, TIMES);
  return `${threeDigits(low / size)}–${threeDigits(high / size)} ${name}`;
}

export const cores = (n) => `${n} core${n === 1 ? '' : 's'}`;

// 1, 2 or 5 times a power of ten: the least of these that is not below the value.
function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((part) => part * power).find((step) => step >= value * 0.999);
}

// Ticks of a logarithmic axis: at the powers of ten; at even steps if it spans less than one of
// these. Vega's own choice would label every tenth of a decade.
function logTicks(lo, hi) {
  const decades = Math.log10(hi / lo);
  const round = (tick) => Number(tick.toPrecision(6));
  const ticks = [];
  if (decades < 0.7) {
    const step = roundStep((hi - lo) / 5);
    for (let n = Math.ceil(lo / step); n * step <= hi; ++n) ticks.push(round(n * step));
    return ticks;
  }
  const parts = decades < 1.3 ? [1, 2, 5] : decades < 2.5 ? [1, 3] : [1];
  const skip = decades > 12 ? 3 : decades > 6 ? 2 : 1;
  for (let power = Math.floor(Math.log10(lo)); 10 ** power <= hi; ++power) {
    if (power % skip === 0) ticks.push(...parts.map((part) => round(part * 10 ** power)));
  }
  return ticks.filter((tick) => tick >= lo && tick <= hi);
}

// Bytes are counted in powers of two.
function binaryTicks(lo, hi) {
  const skip = Math.max(1, Math.ceil(Math.log2(hi / lo) / 7));
  const ticks = [];
  for (let power = Math.ceil(Math.log2(lo)); 2 ** power <= hi; ++power) {
    if (power % skip === 0) ticks.push(2 ** power);
  }
  return ticks;
}

// A logarithmic axis around the values: its ends and its ticks. `before` and `after` are the room
// beside the values, as shares of what they span.
export function logAxis(values, {around = null, before = 0.05, after = 0.05, binary = false} = {}) {
  const known = values.filter((value) => value > 0);
  if (around) known.push(around);
  if (!known.length) return {lo: 0.5, hi: 2, ticks: [1]};
  const [least, most] = known.reduce(([low, high], value) =>
    [Math.min(low, value), Math.max(high, value)], [Infinity, 0]);
  const span = Math.max(most / least, binary ? 4 : 1.25);
  const lo = least / span ** before;
  const hi = most * span ** after;
  return {lo, hi, ticks: binary ? binaryTicks(lo, hi) : logTicks(lo, hi)};
}
