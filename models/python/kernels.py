"""The kernels of trees. A node without children is a leaf; the result of any other is the fold of its
children's.
"""
from hashlib import sha1
from math import floor, log


class Tree:
    """What those have in common whose answer is the sum over all leaves."""

    def fold(self, left, right):
        return left + right

    def answer(self, result):
        return result


class Fib(Tree):
    def __init__(self, n):
        self.root = n
        these, following = 1, 1
        for _ in range(n):
            these, following = following, these + following
        self.nodes = 2 * these - 1

    def children(self, node):
        return [] if node < 2 else [node - 1, node - 2]

    def leaf(self, node):
        return node


class Skynet(Tree):
    """A wide tree that numbers its leaves."""

    def __init__(self, leaves, branching):
        self.root, self.branching = (0, leaves), branching
        self.nodes = level = 1
        while level < leaves:
            level *= branching
            self.nodes += level
        if level != leaves:
            raise ValueError("skynet.leaves must be a power of skynet.branching")

    def children(self, node):
        first, count = node
        if count == 1:
            return []
        each = count // self.branching
        return [(start, each) for start in range(first, first + count, each)]

    def leaf(self, node):
        return node[0]


class NQueens(Tree):
    """A node is the squares of the next row attacked straight ahead, and on both diagonals."""

    NODES = (0, 2, 3, 6, 17, 54, 153, 552, 2057, 8394, 35539, 166926, 856189, 4674890, 27358553, 171129072,
             1141190303)

    def __init__(self, n):
        self.n, self.root, self.nodes = n, (0, 0, 0), self.NODES[n]

    def children(self, node):
        columns, left, right = node
        squares = ~(columns | left | right) & (1 << self.n) - 1
        safe = []
        while squares:
            queen = squares & -squares
            squares -= queen
            safe.append((columns | queen, (left | queen) << 1, (right | queen) >> 1))
        return safe

    def leaf(self, node):
        return int(node[0].bit_count() == self.n)


class Uts(Tree):
    """Unbalanced Tree Search: the children of a node are drawn from its own random bytes."""

    TREES = {  # law, children of the root or their mean, depth, q, m, seed, (nodes, leaves, depth)
        "tiny": ("linear", 4, 5, 0, 0, 9, (238, 150, 5)),
        "small": ("binomial", 500, 0, 0.12, 8, 8, (10093, 8893, 46)),
        "T1": ("fixed", 4, 10, 0, 0, 19, (4130071, 3305118, 10)),
        "T3": ("binomial", 2000, 0, 0.124875, 8, 42, (4112897, 3599034, 1572)),
        "T5": ("linear", 4, 20, 0, 0, 34, (4147582, 2181318, 20)),
    }

    def __init__(self, tree):
        self.law, self.branching, self.depth, self.q, self.m, seed, self.counts = self.TREES[tree]
        self.root = sha1(bytes(16) + seed.to_bytes(4, "big")).digest(), 0, 1
        self.nodes = self.counts[0]

    def children(self, node):
        random, depth, unspoken = node
        return [(sha1(random + i.to_bytes(4, "big")).digest(), depth + 1, 1 if i else unspoken + 1)
                for i in range(self._count(random, depth))]

    def _count(self, random, depth):
        u = (int.from_bytes(random[16:], "big") & 0x7fffffff) / 2**31
        if self.law == "binomial":
            return self.branching if depth == 0 else self.m if u < self.q else 0
        if depth >= self.depth:
            return 0
        mean = self.branching * (1 if self.law == "fixed" else 1 - depth / self.depth)
        return min(100, floor(log(1 - u) / log(1 - 1 / (1 + mean))))

    def leaf(self, node):
        return node[2], 1, node[1]

    def fold(self, left, right):
        return left[0] + right[0], left[1] + right[1], max(left[2], right[2])

    def answer(self, result):
        """0 for a tree that has not the right leaves and depth."""
        return result[0] if result[1:] == self.counts[1:] else 0
