package main

import (
	"crypto/sha1"
	"encoding/binary"
	"math"
)

// The kernels of trees whose tasks have work to do, but no memory in common.

// uts is Unbalanced Tree Search: the children of a node are drawn from its own random number.
type uts struct{ tree *utsTree }

type utsLaw int

const (
	fixed utsLaw = iota
	linear
	binomial
)

type utsTree struct {
	law       utsLaw
	branching float64 // of the root; the mean, if geometric
	depth     uint32  // that a geometric tree may have
	q         float64 // the probability that a node of a binomial tree has children: then it has m
	m         int
	seed      uint32
	counts    utsCounts
}

type utsCounts struct{ nodes, leaves, depth uint64 }

// utsTrees are in the order of the words of uts.tree.
var utsTrees = []utsTree{
	{linear, 4, 5, 0, 0, 9, utsCounts{238, 150, 5}},
	{binomial, 500, 0, 0.12, 8, 8, utsCounts{10093, 8893, 46}},
	{fixed, 4, 10, 0, 0, 19, utsCounts{4130071, 3305118, 10}},
	{binomial, 2000, 0, 0.124875, 8, 42, utsCounts{4112897, 3599034, 1572}},
	{linear, 4, 20, 0, 0, 34, utsCounts{4147582, 2181318, 20}},
}

// utsNode speaks through its first leaf: unspoken counts it and the ancestors of which it is the
// first descendant.
type utsNode struct {
	random          [sha1.Size]byte
	depth, unspoken uint32
}

func (k uts) root() utsNode {
	var seed [sha1.Size]byte
	binary.BigEndian.PutUint32(seed[16:], k.tree.seed)
	return utsNode{sha1.Sum(seed[:]), 0, 1}
}

func (k uts) children(node utsNode) int {
	tree := k.tree
	u := float64(binary.BigEndian.Uint32(node.random[16:])&0x7fffffff) / (1 << 31)
	if tree.law == binomial {
		switch {
		case node.depth == 0:
			return int(tree.branching)
		case u < tree.q:
			return tree.m
		}
		return 0
	}
	if node.depth >= tree.depth {
		return 0
	}
	mean := tree.branching
	if tree.law == linear {
		mean *= 1 - float64(node.depth)/float64(tree.depth)
	}
	p := 1 / (1 + mean)
	return int(math.Min(100, math.Floor(math.Log(1-u)/math.Log(1-p))))
}

func (uts) child(node utsNode, i int) utsNode {
	var message [sha1.Size + 4]byte
	copy(message[:], node.random[:])
	binary.BigEndian.PutUint32(message[sha1.Size:], uint32(i))
	unspoken := uint32(1)
	if i == 0 {
		unspoken = node.unspoken + 1
	}
	return utsNode{sha1.Sum(message[:]), node.depth + 1, unspoken}
}

func (uts) leaf(node utsNode) utsCounts {
	return utsCounts{uint64(node.unspoken), 1, uint64(node.depth)}
}

func (uts) fold(a, b utsCounts) utsCounts {
	if a.depth < b.depth {
		a.depth = b.depth
	}
	return utsCounts{a.nodes + b.nodes, a.leaves + b.leaves, a.depth}
}

// answer is the number of nodes, or 0 for a tree that has not the right leaves and depth.
func (k uts) answer(result utsCounts) uint64 {
	right := k.tree.counts
	if result.leaves != right.leaves || result.depth != right.depth {
		return 0
	}
	return result.nodes
}

// integrate is adaptive quadrature of (x² + 1)x from 0 to n.
//
// Conversions to float64 keep the compiler from fusing a multiplication with an addition, which
// would round otherwise, and so divide otherwise, than other models do.
type integrate struct{ n float64 }

// interval has the curve's height at both ends, and the area of the trapezium between.
type interval struct{ x1, y1, x2, y2, area float64 }

func height(x float64) float64 { return (float64(x*x) + 1) * x }

func (node interval) halves() (left, right interval) {
	half := (node.x2 - node.x1) / 2
	x := node.x1 + half
	y := height(x)
	return interval{node.x1, node.y1, x, y, (node.y1 + y) / 2 * half},
		interval{x, y, node.x2, node.y2, (y + node.y2) / 2 * half}
}

func (k integrate) root() interval { return interval{0, height(0), k.n, height(k.n), 0} }

func (k integrate) children(node interval) int {
	if math.Abs(k.leaf(node)-node.area) < 1e-9 {
		return 0
	}
	return 2
}

func (integrate) child(node interval, i int) interval {
	left, right := node.halves()
	if i == 0 {
		return left
	}
	return right
}

func (integrate) leaf(node interval) float64 {
	left, right := node.halves()
	return float64(left.area) + float64(right.area)
}

func (integrate) fold(a, b float64) float64  { return a + b }
func (integrate) answer(area float64) uint64 { return uint64(math.Round(area)) }
