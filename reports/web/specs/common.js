// What the specifications share. A chart is a Vega-Lite specification without data: the page gives
// it rows, the ends and ticks of its logarithmic axes (signals, since Vega would label every tenth
// of a decade), and the models that the reader chose in the legend.

export const config = {
  font: 'system-ui, DejaVu Sans, sans-serif',  // resvg reads no quoted names
  background: null,
  view: {stroke: null},
  aria: false,
  axis: {
    domainColor: 'var(--line)', gridColor: 'var(--grid)', tickColor: 'var(--line)',
    labelColor: 'var(--ink-2)', titleColor: 'var(--ink-2)', labelFontSize: 11, titleFontSize: 11,
    titleFontWeight: 'normal', titlePadding: 8, labelPadding: 5, tickSize: 4, labelLimit: 150,
  },
  text: {color: 'var(--ink)', fontSize: 11},
  rule: {color: 'var(--ink-3)'},
};

export const params = (signals) => [
  {name: 'chosen', value: []},
  ...Object.entries(signals).map(([name, value]) => ({name, value})),
];

// Dims what belongs to a model that the reader did not choose.
export const dimmed = (shown, test = 'datum.model') => ({
  condition: {test: `length(chosen) > 0 && indexof(chosen, ${test}) < 0`, value: shown * 0.12},
  value: shown,
});

const steps = (units, last) => units.reduceRight(
    (rest, [limit, size, name]) =>
      `datum.value < ${limit} ? format(datum.value / ${size}, '~g') + '${name}' : ${rest}`, last);

const labels = {
  time: steps([[1e3, 1, ' ns'], [1e6, 1e3, ' µs'], [1e9, 1e6, ' ms']],
      `format(datum.value / 1e9, '~g') + ' s'`),
  rate: steps([[1e3, 1, ''], [1e6, 1e3, ' k'], [1e9, 1e6, ' M']],
      `format(datum.value / 1e9, '~g') + ' G'`),
  bytes: steps([[1024, 1, ' B'], [1048576, 1024, ' KiB']],
      `format(datum.value / 1048576, '~g') + ' MiB'`),
  ratio: `format(datum.value, ',~g') + ' ×'`,
  plain: `format(datum.value, ',~g')`,
  percentile: `format(100 - 100 / datum.value, '~g') + ' %'`,
};

// Signals lo, hi and ticks with this prefix set the axis.
export const logSignals = (prefix) => ({[`${prefix}lo`]: 1, [`${prefix}hi`]: 10, [`${prefix}ticks`]: [1, 10]});

export const log = (field, prefix, label, axis = {}) => ({
  field,
  type: 'quantitative',
  scale: {type: 'log', nice: false, clamp: true,
    domainMin: {expr: `${prefix}lo`}, domainMax: {expr: `${prefix}hi`}},
  axis: {values: {expr: `${prefix}ticks`}, labelExpr: labels[label], title: null,
    labelOverlap: 'greedy', ...axis},
});

export const tip = {field: 'tip', type: 'nominal'};
// The order of a nominal axis: that of a number which the rows bear.
export const by = (field) => ({field, op: 'min'});
export const raw = (field) => ({field, type: 'nominal', scale: null, legend: null});

// One line a model: its range as a band, and a shape at each median, which bears the tooltip.
export const lines = (x, y, detail = ['model']) => {
  const apart = detail.map((field) => ({field, type: 'nominal'}));
  return [
    {mark: {type: 'area', clip: true},
      encoding: {x, y: {...y, field: 'low'}, y2: {field: 'high'}, detail: apart, color: raw('color'),
        opacity: dimmed(0.16)}},
    {mark: {type: 'line', strokeWidth: 2, clip: true},
      encoding: {x, y, detail: apart, color: raw('color'), strokeDash: raw('dash'), opacity: dimmed(1)}},
    symbols({x, y}),
  ];
};

export const symbols = (at, size = 55) => ({
  mark: {type: 'point', filled: true, size},
  encoding: {...at, color: raw('color'), shape: raw('shape'), opacity: dimmed(1), tooltip: tip},
});
