package main

import (
	"sync"
	"time"
)

// workSteps is arithmetic of which each step needs the one before. It is the twin of
// workloads/work.hpp, and like there a number of steps, not a time: who is interrupted takes longer.
// Its result is returned so that the compiler leaves it where it is.
//
//go:noinline
func workSteps(steps uint64) uint64 {
	x := steps
	for ; steps > 0; steps-- {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

var calibration struct {
	once   sync.Once
	nsStep float64
}

// nsPerWorkStep is found once, as the quickest of several rounds. Call it before any clock runs.
func nsPerWorkStep() float64 {
	calibration.once.Do(func() {
		const rounds, steps = 20, 20000
		best := time.Hour
		for round := 0; round < rounds; round++ {
			start := time.Now()
			workSteps(steps)
			if took := time.Since(start); took < best {
				best = took
			}
		}
		calibration.nsStep = float64(best.Nanoseconds()) / steps
	})
	return calibration.nsStep
}

func workFor(ns int64) { workSteps(uint64(float64(ns) / nsPerWorkStep())) }
