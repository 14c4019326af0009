package main

import (
	"math"
	"sync"
)

// graph describes tasks of which each may begin once its predecessors have ended, whose numbers are
// smaller. They work on memory in common, made anew for each run.
type graph interface {
	tasks() int
	predecessors(task int) []int
	perform(task int)
	answer() uint64
}

// cholesky is a symmetric matrix that is factored by tiles; steps says what each task does.
type cholesky struct {
	tile, side int
	steps      []tileStep
	matrix     []float64
}

// tileStep is what the tile in that row and column takes from the tiles of the column pivot.
type tileStep struct {
	row, column, pivot int
	before             []int
}

// factorSteps are the steps of all tiles, in an order in which one worker may do them.
func factorSteps(tiles int) []tileStep {
	var steps []tileStep
	latest := make([]int, tiles*tiles)
	for pivot := 0; pivot < tiles; pivot++ {
		for column := pivot; column < tiles; column++ {
			for row := column; row < tiles; row++ {
				next := tileStep{row, column, pivot, nil}
				if pivot > 0 {
					next.before = append(next.before, latest[row*tiles+column])
				}
				if pivot < column {
					next.before = append(next.before, latest[row*tiles+pivot])
				}
				if row > column {
					next.before = append(next.before, latest[column*tiles+pivot])
				}
				latest[row*tiles+column] = len(steps)
				steps = append(steps, next)
			}
		}
	}
	return steps
}

// factorable is the matrix L·Lᵀ, at and below the diagonal, for an L of small whole numbers.
func factorable(side int) []float64 {
	lower := make([]float64, side*side)
	all := make([]float64, side*side)
	for i := 0; i < side; i++ {
		for j := 0; j <= i; j++ {
			lower[i*side+j] = float64(1 + (3*i+5*j+i*j)%7)
		}
		for j := 0; j <= i; j++ {
			all[i*side+j] = inner(lower[i*side:], lower[j*side:], j+1)
		}
	}
	return all
}

func inner(left, right []float64, count int) (sum float64) {
	for k := 0; k < count; k++ {
		sum += left[k] * right[k]
	}
	return sum
}

func (k cholesky) tasks() int                  { return len(k.steps) }
func (k cholesky) predecessors(task int) []int { return k.steps[task].before }

func (k cholesky) perform(task int) {
	s := k.steps[task]
	for i := 0; i < k.tile; i++ {
		to := k.rowOf(s.row, s.column, i)
		columns := k.tile
		if s.row == s.column {
			columns = i + 1
		}
		for j := 0; j < columns; j++ {
			switch {
			case s.pivot < s.column:
				to[j] -= inner(k.rowOf(s.row, s.pivot, i), k.rowOf(s.column, s.pivot, j), k.tile)
			case s.row == s.column && i == j:
				to[j] = math.Sqrt(to[j] - inner(to, to, j))
			default:
				by := k.rowOf(s.column, s.column, j)
				to[j] = (to[j] - inner(to, by, j)) / by[j]
			}
		}
	}
}

// rowOf is the matrix from the first number of a tile's row i on.
func (k cholesky) rowOf(row, column, i int) []float64 {
	return k.matrix[(row*k.tile+i)*k.side+column*k.tile:]
}

func (k cholesky) answer() (sum uint64) {
	for i := 0; i < k.side; i++ {
		for j := 0; j <= i; j++ {
			sum = sum*31 + math.Float64bits(k.matrix[i*k.side+j])
		}
	}
	return sum
}

// wavefront is a table of Smith–Waterman scores that is filled tile by tile.
type wavefront struct {
	tiles, tile         int
	down, across        []uint32 // the sequences
	above, left         []uint32 // cells at the edges of tiles that are done
	corners, best, sums []uint32 // of each tile
	before              [][]int
}

func makeWavefront(tiles, tile int, before [][]int) wavefront {
	letters := func() []uint32 { return make([]uint32, tiles*tile) }
	ofTiles := func() []uint32 { return make([]uint32, tiles*tiles) }
	k := wavefront{tiles, tile, letters(), letters(), letters(), letters(), ofTiles(), ofTiles(), ofTiles(), before}
	random := uint64(1)
	for _, sequence := range [][]uint32{k.down, k.across} {
		for i := range sequence {
			random = random*6364136223846793005 + 1442695040888963407
			sequence[i] = uint32(random >> 62)
		}
	}
	return k
}

// tableEdges has the predecessors of each tile: the one above and the one to the left.
func tableEdges(tiles int) [][]int {
	before := make([][]int, tiles*tiles)
	for task := range before {
		if task >= tiles {
			before[task] = append(before[task], task-tiles)
		}
		if task%tiles > 0 {
			before[task] = append(before[task], task-1)
		}
	}
	return before
}

func (k wavefront) tasks() int                  { return len(k.best) }
func (k wavefront) predecessors(task int) []int { return k.before[task] }

func (k wavefront) perform(task int) {
	const match, mismatch, gap = 3, 3, 2
	row, column := task/k.tiles, task%k.tiles
	corner := k.corners[task]
	var best, sum uint32
	for i := row * k.tile; i < (row+1)*k.tile; i++ {
		diagonal, cell := corner, k.left[i]
		corner = cell
		for j := column * k.tile; j < (column+1)*k.tile; j++ {
			above := k.above[j]
			matched := less(diagonal, mismatch)
			if k.down[i] == k.across[j] {
				matched = diagonal + match
			}
			cell = larger(matched, larger(less(above, gap), less(cell, gap)))
			diagonal = above
			k.above[j] = cell
			best = larger(best, cell)
			sum += cell
		}
		k.left[i] = cell
	}
	k.best[task], k.sums[task] = best, sum
	if row+1 < k.tiles && column+1 < k.tiles {
		k.corners[task+k.tiles+1] = k.above[(column+1)*k.tile-1]
	}
}

// less is no less than 0.
func less(score, cost uint32) uint32 {
	if score > cost {
		return score - cost
	}
	return 0
}

func larger(a, b uint32) uint32 {
	if a > b {
		return a
	}
	return b
}

func (k wavefront) answer() uint64 {
	var best, sum uint32
	for task := range k.best {
		best = larger(best, k.best[task])
		sum += k.sums[task]
	}
	return uint64(best)<<32 | uint64(sum)
}

// runGraph starts a goroutine for each task. It waits for its predecessors by receiving from the
// channel that each of them closes at its end.
func runGraph[K graph](kernel K, clock *stopwatch) tally {
	var done sync.WaitGroup
	clock.start()
	ended := make([]chan struct{}, kernel.tasks())
	for task := range ended {
		ended[task] = make(chan struct{})
	}
	results := make([]tally, len(ended))
	done.Add(len(ended))
	for task := range ended {
		go func(task int) {
			defer done.Done()
			for _, before := range kernel.predecessors(task) {
				<-ended[before]
			}
			kernel.perform(task)
			results[task].ops++
			close(ended[task])
		}(task)
	}
	done.Wait()
	clock.stop()
	return tally{kernel.answer(), total(results).ops}
}
