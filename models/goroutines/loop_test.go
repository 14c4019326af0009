package main

import "testing"

func TestLoopsGoThroughEachIterationOnce(t *testing.T) {
	for _, grain := range []uint64{0, 1, 7, 5000} {
		size := bounds{1000, grain}
		var clock stopwatch
		// The 1,000th tetrahedral number, the 1,000th triangular one, and the primes up to 1,000.
		expect(t, runLoop[float64](makeDot(size), &clock), tally{167167000, 1000})
		expect(t, runLoop[uint64](triangle{size}, &clock), tally{500500, 1000})
		expect(t, runLoop[uint64](primes{size}, &clock), tally{168, 1000})
		expect(t, runLoop[uint64](triangle{bounds{1, grain}}, &clock), tally{1, 1})
	}
}
