//! Unbalanced Tree Search: the children of a node are drawn from its own random number.
use crate::sha1::{sha1, Digest};
use crate::trees::Tree;

#[derive(Clone, Copy)]
pub struct Uts {
    form: &'static Form,
}

#[derive(PartialEq)]
enum Law {
    Fixed,
    Linear,
    Binomial,
}

struct Form {
    law: Law,
    branching: f64, // of the root; the mean, if geometric
    depth: u32,     // that a geometric tree may have
    q: f64,         // the probability that a node of a binomial tree has children: then it has m
    m: u32,
    seed: u32,
    leaves: u64,
    deepest: u32,
}

pub const NAMES: [&str; 5] = ["tiny", "small", "T1", "T3", "T5"];

/// In the order of their names.
#[rustfmt::skip]
static FORMS: [Form; 5] = [
    Form { law: Law::Linear, branching: 4.0, depth: 5, q: 0.0, m: 0, seed: 9, leaves: 150, deepest: 5 },
    Form { law: Law::Binomial, branching: 500.0, depth: 0, q: 0.12, m: 8, seed: 8, leaves: 8893, deepest: 46 },
    Form { law: Law::Fixed, branching: 4.0, depth: 10, q: 0.0, m: 0, seed: 19, leaves: 3305118, deepest: 10 },
    Form { law: Law::Binomial, branching: 2000.0, depth: 0, q: 0.124875, m: 8, seed: 42, leaves: 3599034, deepest: 1572 },
    Form { law: Law::Linear, branching: 4.0, depth: 20, q: 0.0, m: 0, seed: 34, leaves: 2181318, deepest: 20 },
];

/// A node speaks through its first leaf: `unspoken` counts it and the ancestors of which it is the
/// first descendant.
pub struct Node {
    random: Digest,
    depth: u32,
    unspoken: u32,
}

pub struct Counts {
    nodes: u64,
    leaves: u64,
    depth: u32,
}

pub struct Children {
    random: Digest,
    depth: u32,
    unspoken: u32, // of the next child
    made: u32,
    count: u32,
}

impl Iterator for Children {
    type Item = Node;

    #[inline]
    fn next(&mut self) -> Option<Node> {
        if self.made == self.count {
            return None;
        }
        let [a, b, c, d, e] = self.random;
        let node =
            Node { random: sha1(&[a, b, c, d, e, self.made]), depth: self.depth, unspoken: self.unspoken };
        self.made += 1;
        self.unspoken = 1;
        Some(node)
    }
    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.count - self.made) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Children {}

impl Uts {
    /// The tree of that index among the names.
    pub fn new(name: usize) -> Uts {
        Uts { form: &FORMS[name] }
    }

    fn count_children(self, node: &Node) -> u32 {
        let form = self.form;
        let u = f64::from(node.random[4] & 0x7fffffff) / f64::from(1_u32 << 31);
        if form.law == Law::Binomial {
            return match node.depth {
                0 => form.branching as u32,
                _ if u < form.q => form.m,
                _ => 0,
            };
        }
        if node.depth >= form.depth {
            return 0;
        }
        let rest = 1.0 - f64::from(node.depth) / f64::from(form.depth);
        let mean = form.branching * if form.law == Law::Fixed { 1.0 } else { rest };
        let p = 1.0 / (1.0 + mean);
        const MOST: f64 = 100.0;
        ((1.0 - u).ln() / (1.0 - p).ln()).floor().min(MOST) as u32
    }
}

impl Tree for Uts {
    type Node = Node;
    type Children = Children;
    type Result = Counts;

    fn root(self) -> Node {
        Node { random: sha1(&[0, 0, 0, 0, self.form.seed]), depth: 0, unspoken: 1 }
    }
    fn children(self, node: &Node) -> Children {
        let count = self.count_children(node);
        Children { random: node.random, depth: node.depth + 1, unspoken: node.unspoken + 1, made: 0, count }
    }
    fn leaf(self, node: &Node) -> Counts {
        Counts { nodes: u64::from(node.unspoken), leaves: 1, depth: node.depth }
    }
    fn fold(a: Counts, b: Counts) -> Counts {
        Counts { nodes: a.nodes + b.nodes, leaves: a.leaves + b.leaves, depth: a.depth.max(b.depth) }
    }
    /// The nodes, or 0 for a tree that has not the right leaves and depth.
    fn answer(self, found: Counts) -> u64 {
        let is_right = (found.leaves, found.depth) == (self.form.leaves, self.form.deepest);
        if is_right {
            found.nodes
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::walk;

    #[test]
    fn trees_have_their_published_counts() {
        for (name, nodes) in [("tiny", 238), ("small", 10_093), ("T1", 4_130_071), ("T5", 4_147_582)] {
            let index = NAMES.into_iter().position(|known| known == name).unwrap();
            let tree = Uts::new(index);
            let all = walk(tree, &tree.root());
            assert_eq!((tree.answer(all.result), all.ops), (nodes, nodes), "{name}");
        }
    }
}
