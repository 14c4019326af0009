package main

import (
	"math/cmplx"
	"testing"
	"time"
)

func TestMandelbrotAgreesWithComplexNumbers(t *testing.T) {
	const n, limit = 32, 200
	kernel := mandelbrot{n, limit}
	for row := 0; row < n; row++ {
		want := uint64(0)
		for column := 0; column < n; column++ {
			c := complex(3*float64(column)/n-2, 3*float64(row)/n-1.5)
			z := complex128(0)
			for i := 0; i < limit && cmplx.Abs(z) <= 2; i++ {
				z = z*z + c
				want++
			}
		}
		if got := kernel.body(uint64(row)); got != want {
			t.Errorf("row %d: got %d, want %d", row, got, want)
		}
	}
}

func TestABodyOfAGrainTakesAboutTheTimeAskedFor(t *testing.T) {
	for _, asked := range []time.Duration{10 * time.Microsecond, time.Millisecond} {
		kernel := makeGrain(1, asked.Nanoseconds())
		best := time.Hour // what disturbs a body makes it longer
		for i := 0; i < 200; i++ {
			start := time.Now()
			kernel.body(0)
			if took := time.Since(start); took < best {
				best = took
			}
		}
		if best < asked*7/10 || best > asked*14/10 {
			t.Errorf("asked for %v, took %v", asked, best)
		}
	}
}

func TestFanOutOfBodiesWithWork(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runFanOut(makeGrain(100, 1000), &clock), tally{4950, 100})
		whole := runFanOut(mandelbrot{16, 50}, &clock)
		for row := uint64(0); row < 16; row++ {
			whole.answer -= mandelbrot{16, 50}.body(row)
		}
		expect(t, whole, tally{0, 16})
	})
}
