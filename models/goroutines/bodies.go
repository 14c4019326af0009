package main

import (
	"math"
	"sync"
	"time"
)

// The kernels of fans whose tasks have work to do.

// grain is tasks that compute for a given time.
type grain struct {
	taskCount uint64
	links     int64
}

func makeGrain(tasks uint64, ns int64) grain {
	return grain{tasks, int64(math.Round(float64(ns) * linksPerNs()))}
}

func (k grain) tasks() uint64 { return k.taskCount }

// body returns the task's number: how long the chain is depends on the machine and must not show.
func (k grain) body(task uint64) uint64 {
	if work(k.links) == 0 {
		panic("an odd number times odd numbers plus even ones is odd")
	}
	return task
}

// work computes a chain of which each link waits for the one before. Its result is needed, so that
// the compiler leaves it where it is.
//
//go:noinline
func work(links int64) uint64 {
	chain := uint64(1)
	for ; links > 0; links-- {
		chain = chain*6364136223846793005 + 1442695040888963406
	}
	return chain
}

var calibration struct {
	once sync.Once
	rate float64
}

// linksPerNs is measured once, as the best of several rounds: what disturbs one makes it longer.
func linksPerNs() float64 {
	calibration.once.Do(func() {
		const rounds, links = 20, 50000
		best := time.Hour
		for round := 0; round < rounds; round++ {
			start := time.Now()
			work(links)
			if took := time.Since(start); took < best {
				best = took
			}
		}
		calibration.rate = links / float64(best.Nanoseconds())
	})
	return calibration.rate
}

// mandelbrot is the rows of a picture of the Mandelbrot set.
type mandelbrot struct{ n, limit uint64 }

func (k mandelbrot) tasks() uint64 { return k.n }

// body counts the iterations of a row: the steps that stay within the circle of radius 2.
func (k mandelbrot) body(row uint64) uint64 {
	var all uint64
	for column := uint64(0); column < k.n; column++ {
		all += k.steps(k.at(column)-2, k.at(row)-1.5)
	}
	return all
}

// at is a pixel's place in a square of side 3.
func (k mandelbrot) at(pixel uint64) float64 { return 3 * float64(pixel) / float64(k.n) }

// steps rounds every product, as integrate does.
func (k mandelbrot) steps(cReal, cImaginary float64) uint64 {
	var re, im float64
	for count := uint64(0); count < k.limit; count++ {
		re2, im2 := float64(re*re), float64(im*im)
		if re2+im2 > 4 {
			return count
		}
		im = float64(2*re*im) + cImaginary
		re = re2 - im2 + cReal
	}
	return k.limit
}
