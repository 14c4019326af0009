package main

import (
	"math"
	"sort"
	"testing"
)

// The counts are the published ones; those of the small trees are of a walk in Python.
func TestUtsTreesHaveTheirCounts(t *testing.T) {
	for i := range utsTrees {
		kernel := uts{&utsTrees[i]}
		if kernel.tree.counts.nodes > 1e6 && (testing.Short() || kernel.tree.depth != 10) {
			continue // T1 stands for the large ones
		}
		var counts utsCounts
		var count func(node utsNode, depth uint64)
		count = func(node utsNode, depth uint64) {
			counts.nodes++
			if depth > counts.depth {
				counts.depth = depth
			}
			children := kernel.children(node)
			if children == 0 {
				counts.leaves++
			}
			for i := 0; i < children; i++ {
				count(kernel.child(node, i), depth+1)
			}
		}
		count(kernel.root(), 0)
		if counts != kernel.tree.counts {
			t.Errorf("tree %d: got %v, want %v", i, counts, kernel.tree.counts)
		}
	}
}

func TestATreeOfAnotherShapeIsNoAnswer(t *testing.T) {
	kernel := uts{&utsTrees[0]}
	for counts, want := range map[utsCounts]uint64{
		{238, 150, 5}: 238, {238, 151, 5}: 0, {238, 150, 6}: 0, {237, 150, 5}: 237,
	} {
		if got := kernel.answer(counts); got != want {
			t.Errorf("%v: got %d, want %d", counts, got, want)
		}
	}
}

func TestForkJoinOfTreesWithWork(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runForkJoin[utsNode, utsCounts](uts{&utsTrees[0]}, &clock), tally{238, 238})
		expect(t, runForkJoin[utsNode, utsCounts](uts{&utsTrees[1]}, &clock), tally{10093, 10093})
		expect(t, runForkJoin[interval, float64](integrate{10}, &clock), tally{2550, 30205})
	})
}

func TestIntegrateGivesTheArea(t *testing.T) {
	for n := 1.0; n < 30; n++ {
		var clock stopwatch
		area := n*n*n*n/4 + n*n/2
		got := runForkJoin[interval, float64](integrate{n}, &clock).answer
		if got != uint64(math.Round(area)) {
			t.Errorf("n = %v: got %v, want %v", n, got, area)
		}
	}
}

func TestMergesortSortsWhatWasInNoOrder(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 10, 1000, 1023} {
			for _, leafSize := range []int{1, 7, 500} {
				var clock stopwatch
				kernel := makeMergesort(n, leafSize)
				if sorted := isSorted(kernel.numbers); sorted != (n < 3) {
					t.Errorf("%d numbers are sorted before: %v", n, sorted)
				}
				var squares uint64
				for i := 0; i < n; i++ {
					squares += uint64(i * i)
				}
				if got := runForkJoin[span, span](kernel, &clock).answer; got != squares {
					t.Errorf("%d numbers: got %d, want %d", n, got, squares)
				}
				if !isSorted(kernel.numbers) {
					t.Errorf("%d numbers, %d a leaf: not sorted", n, leafSize)
				}
			}
		}
	})
}

func isSorted(numbers []uint64) bool {
	return sort.SliceIsSorted(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
}

func TestMatmulGivesTheProductOfTheNaiveLoop(t *testing.T) {
	for _, n := range []int{1, 2, 7, 65} {
		var clock stopwatch
		kernel := makeMatmul(n, 16)
		got := runForkJoin[block, uint64](kernel, &clock).answer
		var want uint64
		for i := 0; i < n; i++ {
			for j := 0; j < n; j++ {
				sum := 0
				for k := 0; k < n; k++ {
					sum += (3*i + 5*k) % 7 * ((2*k + 7*j) % 11)
				}
				want += uint64((i + 1) * (2*j + 1) * sum)
				if kernel.product[i*n+j] != float64(sum) {
					t.Fatalf("n = %d: (%d, %d) is %v, want %d", n, i, j, kernel.product[i*n+j], sum)
				}
			}
		}
		if got != want {
			t.Errorf("n = %d: got %d, want %d", n, got, want)
		}
	}
}
