package main

import "time"

// sleepers is tasks that sleep until their deadlines, which are spread over a span of time so that
// neighbours' are far apart.
type sleepers struct {
	n               uint64
	firstUs, spanUs int64
}

func (k sleepers) delay(task uint64) time.Duration {
	const golden = 11400714819323198485 // 2^64 / golden ratio
	part := float64((task*golden)>>11) / (1 << 53)
	return time.Duration(k.firstUs*1000 + int64(float64(k.spanUs)*1e3*part))
}

// woke returns 0 if the task has not slept long enough, which makes a wrong answer.
func (sleepers) woke(task uint64, late time.Duration) uint64 {
	if late < 0 {
		return 0
	}
	return task + 1
}

// runTimers lets each goroutine sleep on a timer of the runtime, which needs no thread for it.
func runTimers(kernel sleepers, clock *stopwatch) tally {
	return throughGate(kernel.n, clock, func(task uint64) tally {
		deadline := clock.started.Add(kernel.delay(task))
		time.Sleep(time.Until(deadline))
		late := time.Since(deadline)
		clock.probe.add(late.Nanoseconds())
		return tally{kernel.woke(task, late), 1}
	})
}
