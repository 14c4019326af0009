package main

import "math/bits"

// A kernel is a workload's plain data and pure functions; it never waits and starts nothing. Each of
// these is the twin of a header in workloads/, which says where it comes from and what it is for.
//
// The interfaces below are used as type constraints only, so that kernels and nodes are passed by
// value and are not boxed. A type parameter's methods may be called through a table, but beside the
// start of a goroutine that is little: fib comes within 6 % of one written by hand (BenchmarkFib, best
// of twelve, measured with Go 1.19).

// forkJoin describes a tree of tasks. A node without children is a leaf; the result of any other is
// the fold of its children's.
type forkJoin[Node, Result any] interface {
	root() Node
	children(Node) int
	child(Node, int) Node
	leaf(Node) Result
	fold(a, b Result) Result
	answer(Result) uint64
}

// fanOut describes independent tasks; the answer is the sum of their bodies.
type fanOut interface {
	tasks() uint64
	body(task uint64) uint64
}

// handOff describes tasks in a ring. Hop h is made by task h mod tasks, which replaces the token,
// at first 0, by pass(token, task); the last token is the answer.
type handOff interface {
	tasks() uint64
	hops() uint64
	pass(token, task uint64) uint64
}

// channel describes messages item(0) … item(messages−1) from producers to consumers through one
// bounded channel; the answer is the sum of take(item) of what was received.
type channel interface {
	producers() uint64
	consumers() uint64
	capacity() uint64
	messages() uint64
	item(i uint64) uint64
	take(item uint64) uint64
}

// yielding describes tasks that give way; the answer is the sum of tick(task) over all yields.
type yielding interface {
	tasks() uint64
	yields() uint64
	tick(task uint64) uint64
}

// summed is what kernels have in common whose answer is the sum over all leaves.
type summed struct{}

func (summed) fold(a, b uint64) uint64     { return a + b }
func (summed) answer(result uint64) uint64 { return result }

// fib is the naive recursion for Fibonacci numbers; a node is the number asked for.
type fib struct {
	summed
	n int64
}

func (k fib) root() int64 { return k.n }

func (fib) children(n int64) int {
	if n < 2 {
		return 0
	}
	return 2
}

func (fib) child(n int64, i int) int64 { return n - 1 - int64(i) }
func (fib) leaf(n int64) uint64        { return uint64(n) }

// skynet is a wide tree whose leaves return their numbers.
type skynet struct {
	summed
	leaves, branching uint64
}

// subnet is a node of skynet: the leaves below it.
type subnet struct{ first, count uint64 }

func (k skynet) root() subnet { return subnet{0, k.leaves} }

func (k skynet) children(node subnet) int {
	if node.count == 1 {
		return 0
	}
	return int(k.branching)
}

func (k skynet) child(node subnet, i int) subnet {
	count := node.count / k.branching
	return subnet{node.first + uint64(i)*count, count}
}

func (skynet) leaf(node subnet) uint64 { return node.first }

// nqueens counts the ways to place n queens that do not attack each other.
type nqueens struct {
	summed
	n int
}

// board is a node of nqueens: the squares of the next row that are attacked straight ahead and on
// both diagonals.
type board struct{ columns, left, right uint32 }

func (nqueens) root() board               { return board{} }
func (k nqueens) children(node board) int { return bits.OnesCount32(k.free(node)) }

func (k nqueens) child(node board, i int) board {
	squares := k.free(node)
	for ; i > 0; i-- {
		squares &= squares - 1
	}
	queen := squares & -squares
	return board{node.columns | queen, (node.left | queen) << 1, (node.right | queen) >> 1}
}

// leaf says whether a node without a safe square has a queen in every row.
func (k nqueens) leaf(node board) uint64 {
	if bits.OnesCount32(node.columns) == k.n {
		return 1
	}
	return 0
}

func (k nqueens) free(node board) uint32 {
	return ^(node.columns | node.left | node.right) & (1<<k.n - 1)
}

// spawn is tasks with an empty body.
type spawn struct{ n uint64 }

func (k spawn) tasks() uint64         { return k.n }
func (spawn) body(task uint64) uint64 { return task }

// ring is tasks that pass one token round; ping_pong is the ring of two.
type ring struct{ taskCount, hopCount uint64 }

func (k ring) tasks() uint64                { return k.taskCount }
func (k ring) hops() uint64                 { return k.hopCount }
func (ring) pass(token, task uint64) uint64 { return token + task + 1 }

// mpmc is producers and consumers that share one channel; spsc and mpsc have one of either.
type mpmc struct{ senders, receivers, slots, messageCount uint64 }

func (k mpmc) producers() uint64     { return k.senders }
func (k mpmc) consumers() uint64     { return k.receivers }
func (k mpmc) capacity() uint64      { return k.slots }
func (k mpmc) messages() uint64      { return k.messageCount }
func (mpmc) item(i uint64) uint64    { return i + 1 }
func (mpmc) take(item uint64) uint64 { return item }

// yield is tasks that only give way to each other.
type yield struct{ taskCount, yieldCount uint64 }

func (k yield) tasks() uint64         { return k.taskCount }
func (k yield) yields() uint64        { return k.yieldCount }
func (yield) tick(task uint64) uint64 { return task + 1 }
