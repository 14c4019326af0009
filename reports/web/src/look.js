// How a model looks: a colour told apart with any colour vision (after Okabe and Ito, darkened or
// lightened to stand out on paper and on a dark screen) and a shape, which holds in grey as well.
// The colours are variables of colors.css, so that light, dark and print need no second drawing.

const LOOKS = new Map([
  ['serial', ['serial', 'square']],
  ['processes', ['processes', 'triangle-left']],
  ['threads', ['threads', 'triangle-up']],
  ['pool', ['pool', 'diamond']],
  ['fibers', ['fibers', 'circle']],
  ['coroutines', ['coroutines', 'triangle-down']],
  ['goroutines', ['goroutines', 'cross']],
  ['tbb', ['peer-1', 'triangle-right']],
  ['openmp', ['peer-2', 'square']],
  ['boost-fiber', ['peer-3', 'circle']],
  ['asio-pool', ['peer-4', 'diamond']],
  ['asio-coro', ['peer-5', 'triangle-down']],
  ['std-async', ['peer-6', 'triangle-left']],
  ['tokio', ['peer-2', 'diamond']],
  ['rayon', ['peer-1', 'circle']],
  ['java', ['peer-3', 'square']],
  ['erlang', ['peer-5', 'cross']],
  ['node', ['peer-6', 'triangle-up']],
  ['python', ['peer-4', 'triangle-right']],
]);
const BASIC = 7;
const OTHERS = [...LOOKS.values()].slice(BASIC);
const DASHES = [[1, 0], [5, 3], [2, 2], [7, 2, 2, 2]];

const hash = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7);

// A variant ("fibers:stack=64k") has its model's colour and shape, and a dashed line.
export function look(model) {
  const [base] = model.split(':', 1);
  const [name, shape] = LOOKS.get(base) ?? OTHERS[hash(base) % OTHERS.length];
  const dash = base === model ? DASHES[0] : DASHES[1 + (hash(model) % (DASHES.length - 1))];
  return {model, color: `var(--m-${name})`, shape, dash};
}

// Models in the order in which a reader expects them: as listed above, then others by name.
const ORDER = [...LOOKS.keys()];
export function byModel(a, b) {
  const rank = (model) => (ORDER.indexOf(model.split(':', 1)[0]) + 1 || ORDER.length + 1);
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}
