package main

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
)

// cell is what has been opened: a workload, on the CPUs that the process is then confined to.
type cell struct {
	perform         run
	seen            *sightings // nil where /proc does not tell
	anonymousAtOpen int64
}

// newCell confines the process to the CPUs, with as many threads running goroutines at a time as
// there are entries. (Go before 1.25 would take a number of its own from the machine, whatever the
// cgroup's quota.) Its error is a reason to refuse.
func newCell(asked request) (*cell, error) {
	for option := range asked.Options {
		return nil, fmt.Errorf("goroutines has no option %q", option)
	}
	if len(asked.CPUs) == 0 {
		return nil, errors.New("cpus is empty: there is no worker")
	}
	set, err := newCPUSet(asked.CPUs)
	if err != nil {
		return nil, err
	}
	runtime.GOMAXPROCS(len(asked.CPUs))
	perform, err := prepare(asked.Workload, asked.Params)
	if err != nil {
		return nil, err
	}
	if err := bindThreads(set); err != nil {
		return nil, err
	}
	seen, err := newSightings()
	if err != nil {
		seen = nil
	}
	anonymous, _ := anonymousMemory()
	return &cell{perform, seen, anonymous}, nil
}

// run performs the workload so many times and answers with their sums. If it is observed, what is to
// be noted is noted, and the time may be less than exact. A slow-down is real work in the same
// interval, of which only the time is told.
func (c *cell) run(iterations int64, observe bool) (reply any) {
	defer func() {
		switch met := recover().(type) {
		case nil:
		case failure:
			reply = refusal{"failed", met.Error()}
		default:
			panic(met)
		}
	}()
	clock := stopwatch{anonymousAtOpen: c.anonymousAtOpen}
	if observe {
		clock.probe = newProbe()
	}
	first := c.perform(&clock)
	ops := first.ops
	extra := int64(math.Round(float64(iterations) * slowDown / 100))
	for i := int64(1); i < iterations+extra; i++ {
		next := c.perform(&clock)
		if next.answer != first.answer {
			return refusal{"failed", fmt.Sprintf("two runs answered differently: %d and %d",
				first.answer, next.answer)}
		}
		if i < iterations {
			ops += next.ops
		}
	}
	answer := sample{
		Type:        "sample",
		Iterations:  iterations,
		WallNs:      clock.sum.wall.Nanoseconds(),
		Ops:         ops,
		Answer:      strconv.FormatUint(first.answer, 10),
		CPUNs:       clock.sum.unlessUnknown(clock.sum.cpu.Nanoseconds()),
		Voluntary:   clock.sum.unlessUnknown(clock.sum.voluntary),
		Involuntary: clock.sum.unlessUnknown(clock.sum.involuntary),
		Workers:     c.workers(),
	}
	if observe {
		answer.Measures = clock.probe.measures
		answer.Latency = clock.probe.latency()
	}
	return answer
}

func (c *cell) workers() []*workerReport {
	if c.seen == nil || c.seen.update() != nil {
		return nil
	}
	report, err := c.seen.report()
	if err != nil {
		return nil
	}
	return []*workerReport{report}
}
