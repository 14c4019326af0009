// The kernels of trees. A node without children is a leaf; the result of any other is the fold of
// its children's. Numbers are exact below 2^53: what may exceed that is a BigInt.
import {createHash} from 'node:crypto';

const summed = {
  fold: (a, b) => a + b,
  answer: (result) => result,
};

export function fib(n) {
  return {
    ...summed,
    root: n,
    children: (node) => (node < 2 ? 0 : 2),
    child: (node, i) => node - 1 - i,
    leaf: (node) => node,
  };
}

/** A wide tree that numbers its leaves. */
export function skynet(leaves, branching) {
  const exact = leaves > 2 ** 26 ? BigInt : Number;
  return {
    ...summed,
    root: {first: 0, count: leaves},
    children: ({count}) => (count === 1 ? 0 : branching),
    child: ({first, count}, i) => ({first: first + i * (count / branching), count: count / branching}),
    leaf: ({first}) => exact(first),
  };
}

/** A node is the squares of the next row that are attacked straight ahead and on both diagonals. */
export function nqueens(n) {
  const free = ({columns, left, right}) => ~(columns | left | right) & ((1 << n) - 1);
  return {
    ...summed,
    root: {columns: 0, left: 0, right: 0},
    children: (node) => ones(free(node)),
    child: (node, i) => {
      let squares = free(node);
      for (; i > 0; i--) squares &= squares - 1;
      const queen = squares & -squares;
      return {columns: node.columns | queen, left: (node.left | queen) << 1, right: (node.right | queen) >>> 1};
    },
    leaf: ({columns}) => (ones(columns) === n ? 1 : 0),
  };
}

function ones(bits) {
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}

export const utsTrees = {
  tiny: {law: 'linear', branching: 4, depth: 5, seed: 9, counts: {nodes: 238, leaves: 150, depth: 5}},
  small: {law: 'binomial', branching: 500, q: 0.12, m: 8, seed: 8, counts: {nodes: 10093, leaves: 8893, depth: 46}},
  T1: {law: 'fixed', branching: 4, depth: 10, seed: 19, counts: {nodes: 4130071, leaves: 3305118, depth: 10}},
  T3: {law: 'binomial', branching: 2000, q: 0.124875, m: 8, seed: 42,
    counts: {nodes: 4112897, leaves: 3599034, depth: 1572}},
  T5: {law: 'linear', branching: 4, depth: 20, seed: 34, counts: {nodes: 4147582, leaves: 2181318, depth: 20}},
};

/** Unbalanced Tree Search: the children of a node are drawn from its own random number. */
export function uts(tree) {
  const message = Buffer.alloc(24);
  const sha1 = (bytes) => createHash('sha1').update(bytes).digest();
  message.writeUInt32BE(tree.seed, 16);
  return {
    root: {random: sha1(message.subarray(0, 20)), depth: 0, unspoken: 1},
    children: ({random, depth}) => utsChildren(tree, (random.readUInt32BE(16) & 0x7fffffff) / 2 ** 31, depth),
    child: ({random, depth, unspoken}, i) => {
      random.copy(message);
      message.writeUInt32BE(i, 20);
      return {random: sha1(message), depth: depth + 1, unspoken: i === 0 ? unspoken + 1 : 1};
    },
    leaf: ({unspoken, depth}) => ({nodes: unspoken, leaves: 1, depth}),
    fold: (a, b) => ({nodes: a.nodes + b.nodes, leaves: a.leaves + b.leaves, depth: Math.max(a.depth, b.depth)}),
    // 0 for a tree that has not the right leaves and depth.
    answer: ({nodes, leaves, depth}) => (leaves === tree.counts.leaves && depth === tree.counts.depth ? nodes : 0),
  };
}

function utsChildren({law, branching, depth: deepest, q, m}, u, depth) {
  if (law === 'binomial') {
    if (depth === 0) return branching;
    return u < q ? m : 0;
  }
  if (depth >= deepest) return 0;
  const mean = law === 'linear' ? branching * (1 - depth / deepest) : branching;
  return Math.min(100, Math.floor(Math.log(1 - u) / Math.log(1 - 1 / (1 + mean))));
}

/** How many nodes a tree of nqueens has, by n. */
export const queensNodes = [0, 2, 3, 6, 17, 54, 153, 552, 2057, 8394, 35539, 166926, 856189, 4674890, 27358553,
  171129072, 1141190303];

export function fibNodes(n) {
  let [these, next] = [1, 1];
  for (; n > 0; n--) [these, next] = [next, these + next];
  return 2 * these - 1;
}
