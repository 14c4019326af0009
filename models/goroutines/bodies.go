package main

// The kernels of fans whose tasks have work to do.

// grain is tasks that compute for a given time.
type grain struct{ taskCount, steps uint64 }

func makeGrain(tasks uint64, ns int64) grain {
	return grain{tasks, uint64(float64(ns) / nsPerWorkStep())}
}

func (k grain) tasks() uint64 { return k.taskCount }

// body returns the task's number: how long the work is depends on the machine and must not show.
func (k grain) body(task uint64) uint64 {
	workSteps(k.steps)
	return task
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
