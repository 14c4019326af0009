package main

import "sort"

// The kernels of trees whose tasks work on memory in common. They are made anew for each run, before
// the clock.

// mergesort sorts the numbers from 0 up, shuffled, in place.
type mergesort struct {
	leafSize        int
	numbers, buffer []uint64
}

// span is a node of mergesort, and its result: the numbers from first to before last, sorted.
type span struct{ first, last int }

func makeMergesort(n, leafSize int) mergesort {
	numbers := make([]uint64, n)
	random := uint64(1)
	for i := range numbers {
		random = random*6364136223846793005 + 1442695040888963407
		place := (random >> 33) % uint64(i+1)
		numbers[i] = numbers[place]
		numbers[place] = uint64(i)
	}
	return mergesort{leafSize, numbers, make([]uint64, n)}
}

func (k mergesort) root() span { return span{0, len(k.numbers)} }

func (k mergesort) children(node span) int {
	if node.last-node.first <= k.leafSize {
		return 0
	}
	return 2
}

func (mergesort) child(node span, i int) span {
	middle := node.first + (node.last-node.first)/2
	if i == 0 {
		return span{node.first, middle}
	}
	return span{middle, node.last}
}

func (k mergesort) leaf(node span) span {
	numbers := k.numbers[node.first:node.last]
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	return node
}

// fold merges two neighbours: the left one moves out of the way.
func (k mergesort) fold(left, right span) span {
	moved := k.buffer[left.first:left.last]
	copy(moved, k.numbers[left.first:left.last])
	rest := k.numbers[right.first:right.last]
	for out := left.first; len(moved) > 0; out++ {
		if len(rest) > 0 && rest[0] < moved[0] {
			k.numbers[out], rest = rest[0], rest[1:]
		} else {
			k.numbers[out], moved = moved[0], moved[1:]
		}
	}
	return span{left.first, right.last}
}

func (k mergesort) answer(sorted span) uint64 {
	var sum uint64
	for i := sorted.first; i < sorted.last; i++ {
		sum += uint64(i) * k.numbers[i]
	}
	return sum
}

// matmul multiplies two n × n matrices by blocks.
type matmul struct {
	summed
	n, leafSize          int
	left, right, product []float64
}

// block is a node of matmul: a part of the product.
type block struct{ row, rows, column, columns int }

func makeMatmul(n, leafSize int) matmul {
	k := matmul{n: n, leafSize: leafSize, left: make([]float64, n*n), right: make([]float64, n*n),
		product: make([]float64, n*n)}
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			k.left[i*n+j] = float64((3*i + 5*j) % 7)
			k.right[i*n+j] = float64((2*i + 7*j) % 11)
		}
	}
	return k
}

func (k matmul) root() block { return block{0, k.n, 0, k.n} }

func (k matmul) children(node block) int {
	if node.rows <= k.leafSize && node.columns <= k.leafSize {
		return 0
	}
	return 2
}

// child halves the longer side.
func (matmul) child(node block, i int) block {
	first, count := &node.column, &node.columns
	if node.rows >= node.columns {
		first, count = &node.row, &node.rows
	}
	middle := *count / 2
	if i == 0 {
		*count = middle
	} else {
		*first += middle
		*count -= middle
	}
	return node
}

func (k matmul) leaf(node block) uint64 {
	var sum uint64
	for i := node.row; i < node.row+node.rows; i++ {
		out := k.product[i*k.n+node.column:][:node.columns]
		for j := range out {
			out[j] = 0
		}
		for l := 0; l < k.n; l++ {
			factor := k.left[i*k.n+l]
			row := k.right[l*k.n+node.column:][:node.columns]
			for j := range out {
				out[j] += factor * row[j]
			}
		}
		for j, element := range out {
			sum += uint64(i+1) * uint64(2*(node.column+j)+1) * uint64(element)
		}
	}
	return sum
}
