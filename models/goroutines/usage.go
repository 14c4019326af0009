package main

import (
	"syscall"
	"time"
)

// usage is what timed intervals took, summed.
type usage struct {
	wall, cpu              time.Duration
	voluntary, involuntary int64 // context switches of the process's threads
	unknown                bool  // the kernel does not tell all but wall, which a filter may forbid it
}

// stopwatch is started and stopped by a verb at the ends of its timed interval.
//
// The garbage collector is left at its defaults and is never called from here. What a run leaves
// behind is collected while later runs are timed, so that its cost stays in the numbers, as the cost
// of free() does in those of the other models; collecting between runs would hide it.
type stopwatch struct {
	sum     usage
	before  syscall.Rusage
	started time.Time

	probe           *probe            // nil unless the run is observed
	anonymousAtOpen int64             // bytes that the program had when the cell was opened
	onHeld          func(alive int64) // called by hold, untimed, while all tasks are alive; may be nil
}

// start reads usage first and the wall clock last, and stop the other way round, so that reading
// usage is not timed.
func (s *stopwatch) start() {
	s.before, _ = used()
	s.started = time.Now()
}

func (s *stopwatch) stop() time.Duration {
	interval := time.Since(s.started)
	s.sum.wall += interval
	after, err := used()
	s.sum.unknown = s.sum.unknown || err != nil
	s.sum.cpu += cpuTime(after) - cpuTime(s.before)
	s.sum.voluntary += after.Nvcsw - s.before.Nvcsw
	s.sum.involuntary += after.Nivcsw - s.before.Nivcsw
	return interval
}

func used() (usage syscall.Rusage, err error) {
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage, err
}

// unlessUnknown is null where the kernel does not tell.
func (u usage) unlessUnknown(value int64) *int64 {
	if u.unknown {
		return nil
	}
	return &value
}

func cpuTime(usage syscall.Rusage) time.Duration {
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
