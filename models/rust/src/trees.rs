//! Trees of tasks. Each kernel is the twin of a header in workloads/, which says where it comes from
//! and what it is for; it is plain data and pure functions, which are compiled into the models' own code
//! (`inline`).
use std::iter::Rev;
use std::ops::Range;

/// A node without children is a leaf; the result of any other is the fold of its children's, from
/// first to last.
pub trait Tree: Copy + Send + Sync + 'static {
    type Node: Send + 'static;
    type Children: ExactSizeIterator<Item = Self::Node> + Send;
    type Result: Send + 'static;

    fn root(self) -> Self::Node;
    fn children(self, node: &Self::Node) -> Self::Children;
    fn leaf(self, node: &Self::Node) -> Self::Result;
    fn fold(a: Self::Result, b: Self::Result) -> Self::Result;
    fn answer(self, result: Self::Result) -> u64;
}

/// The result of a node, and the nodes that made it.
pub struct Branch<T: Tree> {
    pub result: T::Result,
    pub ops: u64,
}

impl<T: Tree> Branch<T> {
    pub fn leaf(tree: T, node: &T::Node) -> Branch<T> {
        Branch { result: tree.leaf(node), ops: 1 }
    }

    /// This one and its next sibling.
    pub fn with(self, next: Branch<T>) -> Branch<T> {
        Branch { result: T::fold(self.result, next.result), ops: self.ops + next.ops }
    }

    /// Their parent, once all siblings are in.
    pub fn parent(self) -> Branch<T> {
        Branch { ops: self.ops + 1, ..self }
    }
}

/// The naive recursion for Fibonacci numbers; a node is the number asked for.
#[derive(Clone, Copy)]
pub struct Fib {
    pub n: usize,
}

impl Tree for Fib {
    type Node = usize;
    type Children = Rev<Range<usize>>;
    type Result = u64;

    #[inline]
    fn root(self) -> usize {
        self.n
    }
    #[inline]
    fn children(self, &n: &usize) -> Self::Children {
        if n < 2 {
            (0..0).rev()
        } else {
            (n - 2..n).rev()
        }
    }
    #[inline]
    fn leaf(self, &n: &usize) -> u64 {
        n as u64
    }
    #[inline]
    fn fold(a: u64, b: u64) -> u64 {
        a + b
    }
    #[inline]
    fn answer(self, result: u64) -> u64 {
        result
    }
}

/// A wide tree whose leaves return their numbers.
#[derive(Clone, Copy)]
pub struct Skynet {
    pub leaves: u64,
    pub branching: u64,
}

/// A node of skynet: the leaves below it.
pub struct Subnet {
    first: u64,
    count: u64,
}

pub struct Subnets {
    first: u64,
    count: u64,
    left: usize,
}

impl Iterator for Subnets {
    type Item = Subnet;

    #[inline]
    fn next(&mut self) -> Option<Subnet> {
        self.left = self.left.checked_sub(1)?;
        let next = Subnet { first: self.first, count: self.count };
        self.first += self.count;
        Some(next)
    }
    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Subnets {}

impl Tree for Skynet {
    type Node = Subnet;
    type Children = Subnets;
    type Result = u64;

    #[inline]
    fn root(self) -> Subnet {
        Subnet { first: 0, count: self.leaves }
    }
    #[inline]
    fn children(self, node: &Subnet) -> Subnets {
        let left = if node.count == 1 { 0 } else { self.branching as usize };
        Subnets { first: node.first, count: node.count / self.branching, left }
    }
    #[inline]
    fn leaf(self, node: &Subnet) -> u64 {
        node.first
    }
    #[inline]
    fn fold(a: u64, b: u64) -> u64 {
        a + b
    }
    #[inline]
    fn answer(self, result: u64) -> u64 {
        result
    }
}

/// Counts the ways to place n queens that do not attack each other.
#[derive(Clone, Copy)]
pub struct NQueens {
    pub n: u32,
}

/// A node of nqueens: the squares of the next row that are attacked, straight and on both diagonals.
#[derive(Clone, Copy)]
pub struct Board {
    columns: u32,
    left: u32,
    right: u32,
}

/// A queen on each safe square of the next row.
pub struct Placements {
    board: Board,
    safe: u32,
}

impl Iterator for Placements {
    type Item = Board;

    #[inline]
    fn next(&mut self) -> Option<Board> {
        let queen = self.safe & self.safe.wrapping_neg();
        if queen == 0 {
            return None;
        }
        self.safe ^= queen;
        let Board { columns, left, right } = self.board;
        Some(Board { columns: columns | queen, left: (left | queen) << 1, right: (right | queen) >> 1 })
    }
    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.safe.count_ones() as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Placements {}

impl NQueens {
    #[inline]
    fn row(self) -> u32 {
        (1 << self.n) - 1
    }
}

impl Tree for NQueens {
    type Node = Board;
    type Children = Placements;
    type Result = u64;

    #[inline]
    fn root(self) -> Board {
        Board { columns: 0, left: 0, right: 0 }
    }
    #[inline]
    fn children(self, board: &Board) -> Placements {
        Placements { board: *board, safe: !(board.columns | board.left | board.right) & self.row() }
    }
    /// A node without a safe square is a solution when every column has its queen.
    #[inline]
    fn leaf(self, board: &Board) -> u64 {
        u64::from(board.columns == self.row())
    }
    #[inline]
    fn fold(a: u64, b: u64) -> u64 {
        a + b
    }
    #[inline]
    fn answer(self, result: u64) -> u64 {
        result
    }
}

/// Adaptive quadrature of (x² + 1)x from 0 to n. Rust never fuses a multiplication with an addition,
/// which would round otherwise, and so divide otherwise, than other models do.
#[derive(Clone, Copy)]
pub struct Integrate {
    pub n: f64,
}

/// A node of integrate: the curve's height at both ends, and the area of the trapezium between.
#[derive(Clone, Copy)]
pub struct Interval {
    x1: f64,
    y1: f64,
    x2: f64,
    y2: f64,
    area: f64,
}

fn height(x: f64) -> f64 {
    (x * x + 1.0) * x
}

impl Interval {
    #[inline]
    fn halves(&self) -> [Interval; 2] {
        let Interval { x1, y1, x2, y2, .. } = *self;
        let half = (x2 - x1) / 2.0;
        let x = x1 + half;
        let y = height(x);
        [
            Interval { x1, y1, x2: x, y2: y, area: (y1 + y) / 2.0 * half },
            Interval { x1: x, y1: y, x2, y2, area: (y + y2) / 2.0 * half },
        ]
    }
}

impl Tree for Integrate {
    type Node = Interval;
    type Children = std::iter::Take<std::array::IntoIter<Interval, 2>>;
    type Result = f64;

    #[inline]
    fn root(self) -> Interval {
        Interval { x1: 0.0, y1: height(0.0), x2: self.n, y2: height(self.n), area: 0.0 }
    }
    #[inline]
    fn children(self, node: &Interval) -> Self::Children {
        let is_exact = (self.leaf(node) - node.area).abs() < 1e-9;
        node.halves().into_iter().take(if is_exact { 0 } else { 2 })
    }
    #[inline]
    fn leaf(self, node: &Interval) -> f64 {
        node.halves().iter().map(|half| half.area).sum()
    }
    #[inline]
    fn fold(a: f64, b: f64) -> f64 {
        a + b
    }
    #[inline]
    fn answer(self, area: f64) -> u64 {
        area.round() as u64
    }
}

#[cfg(test)]
pub fn walk<T: Tree>(tree: T, node: &T::Node) -> Branch<T> {
    let branches = tree.children(node).map(|child| walk(tree, &child));
    branches.reduce(Branch::with).map_or_else(|| Branch::leaf(tree, node), Branch::parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Tree>(tree: T, answer: u64, ops: u64) {
        let all = walk(tree, &tree.root());
        assert_eq!((tree.answer(all.result), all.ops), (answer, ops));
    }

    #[test]
    fn walked_alone_each_has_the_published_answer_and_count() {
        check(Fib { n: 0 }, 0, 1);
        check(Fib { n: 10 }, 55, 177);
        check(Skynet { leaves: 1, branching: 10 }, 0, 1);
        check(Skynet { leaves: 1000, branching: 10 }, 499_500, 1111);
        check(NQueens { n: 1 }, 1, 2);
        check(NQueens { n: 8 }, 92, 2057);
        check(Integrate { n: 10.0 }, 2550, 30_205);
    }

    #[test]
    fn children_are_as_many_as_they_say() {
        let queens = NQueens { n: 8 };
        let mut rows = queens.children(&queens.root());
        for left in (0..8).rev() {
            rows.next();
            assert_eq!(rows.len(), left);
        }
        assert!(rows.next().is_none());
    }
}
