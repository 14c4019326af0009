package main

import "testing"

// walk runs a tree without goroutines: the independent count that the verb is compared with.
func walk[Node any, K forkJoin[Node, uint64]](kernel K, node Node) tally {
	children := kernel.children(node)
	if children == 0 {
		return tally{kernel.leaf(node), 1}
	}
	var sum tally
	for i := 0; i < children; i++ {
		below := walk[Node](kernel, kernel.child(node, i))
		if i == 0 {
			sum.answer = below.answer
		} else {
			sum.answer = kernel.fold(sum.answer, below.answer)
		}
		sum.ops += below.ops
	}
	sum.ops++
	return sum
}

// The answers and node counts are the published ones; see the headers in workloads/.
func TestKernelsGiveThePublishedAnswers(t *testing.T) {
	check := func(name string, got, want tally) {
		if got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	check("fib 0", walk[int64](fib{n: 0}, fib{n: 0}.root()), tally{0, 1})
	check("fib 1", walk[int64](fib{n: 1}, fib{n: 1}.root()), tally{1, 1})
	check("fib 20", walk[int64](fib{n: 20}, fib{n: 20}.root()), tally{6765, 21891})

	nets := map[skynet]tally{
		{leaves: 1, branching: 10}:    {0, 1},
		{leaves: 8, branching: 2}:     {28, 15},
		{leaves: 1000, branching: 10}: {499500, 1111},
	}
	for kernel, want := range nets {
		check("skynet", walk[subnet](kernel, kernel.root()), want)
	}

	boards := map[int]tally{1: {1, 2}, 2: {0, 3}, 4: {2, 17}, 8: {92, 2057}, 10: {724, 35539}}
	for n, want := range boards {
		check("nqueens", walk[board](nqueens{n: n}, board{}), want)
	}
}
