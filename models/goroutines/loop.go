package main

import (
	"runtime"
	"sync"
)

// loop describes iterations that know nothing of each other; the answer is the sum of their bodies,
// which is exact in any order.
type loop[Number float64 | uint64] interface {
	parts() uint64
	part(index uint64) (first, last uint64)
	body(i uint64) Number
}

// bounds is what all loops have: their length, and the smallest part that is given away.
type bounds struct{ n, least uint64 }

// parts is how many there are: as many as run at once, unless the loop has a grain.
func (k bounds) parts() uint64 {
	if k.least > 0 {
		return (k.n + k.least - 1) / k.least
	}
	return smaller(k.n, uint64(runtime.GOMAXPROCS(0)))
}

// part is the index-th of them.
func (k bounds) part(index uint64) (first, last uint64) {
	if k.least > 0 {
		return index * k.least, smaller(k.n, (index+1)*k.least)
	}
	return share(k.n, k.parts(), index)
}

func smaller(a, b uint64) uint64 {
	if a < b {
		return a
	}
	return b
}

// dot is the product of two vectors of whole numbers.
type dot struct {
	bounds
	left, right []float64
}

func makeDot(size bounds) dot {
	const period = 1000
	k := dot{size, make([]float64, size.n), make([]float64, size.n)}
	for i := range k.left {
		k.left[i] = float64(1 + i%period)
		k.right[i] = float64(period - i%period)
	}
	return k
}

func (k dot) body(i uint64) float64 { return k.left[i] * k.right[i] }

// triangle takes i + 1 steps for iteration i.
type triangle struct{ bounds }

// body counts its steps, which Go's compiler does not replace by a formula (seen with Go 1.19).
func (triangle) body(i uint64) (steps uint64) {
	for steps <= i {
		steps++
	}
	return steps
}

// primes counts the primes up to n: iteration i tries i + 1.
type primes struct{ bounds }

func (primes) body(i uint64) uint64 {
	number := uint32(i + 1)
	if number < 4 {
		if number > 1 {
			return 1
		}
		return 0
	}
	if number%2 == 0 {
		return 0
	}
	for divisor := uint32(3); divisor*divisor <= number; divisor += 2 {
		if number%divisor == 0 {
			return 0
		}
	}
	return 1
}

// runLoop starts a goroutine for each part of the loop.
func runLoop[Number float64 | uint64, K loop[Number]](kernel K, clock *stopwatch) tally {
	var done sync.WaitGroup
	clock.start()
	results := make([]tally, kernel.parts())
	done.Add(len(results))
	for part := range results {
		go func(part int) {
			defer done.Done()
			first, last := kernel.part(uint64(part))
			var sum Number
			i := first
			for ; i < last; i++ {
				sum += kernel.body(i)
			}
			results[part] = tally{uint64(sum), i - first}
		}(part)
	}
	done.Wait()
	clock.stop()
	return total(results)
}
