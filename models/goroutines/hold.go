package main

import (
	"sync"
	"sync/atomic"
)

// hold is tasks that are all alive at once, and wait.
type hold struct {
	n     uint64
	touch int64 // bytes of its stack that each uses first
}

func (k hold) begin(task uint64) uint64 {
	useStack(k.touch)
	return task + 1
}

// useStack writes to frames of 512 bytes until it has been enough.
//
//go:noinline
func useStack(bytes int64) byte {
	if bytes <= 0 {
		return 0
	}
	var frame [512]byte
	frame[bytes%512] = 1
	return useStack(bytes-512) + frame[bytes*7%512]
}

// bytesPerTask is the least that a task takes. A stack is doubled until it is large enough.
func (k hold) bytesPerTask() uint64 {
	stack := uint64(2048)
	for k.touch > 0 && stack < uint64(k.touch) {
		stack *= 2
	}
	return stack + goroutineBytes - 2048
}

// runHold parks all goroutines on one channel, and releases them by closing it. Making and releasing
// them is timed; what it costs to have them is looked at in between.
func runHold(kernel hold, clock *stopwatch) tally {
	var arrived, ended sync.WaitGroup
	var alive atomic.Int64
	gate := make(chan struct{})
	tallies := make([]tally, kernel.n)
	memory := lookAtMemory(clock)

	clock.start()
	arrived.Add(len(tallies))
	ended.Add(len(tallies))
	for task := range tallies {
		go func(task int) {
			defer ended.Done()
			tallies[task] = tally{kernel.begin(uint64(task)), 1}
			alive.Add(1)
			arrived.Done()
			<-gate
		}(task)
	}
	arrived.Wait()
	made := clock.stop()

	held := alive.Load()
	memory.noteGrowth(clock, held)
	if clock.onHeld != nil {
		clock.onHeld(held)
	}

	clock.start()
	close(gate)
	ended.Wait()
	released := clock.stop()

	clock.probe.set("peak_live", held)
	clock.probe.set("make_ns", made.Nanoseconds())
	clock.probe.set("release_ns", released.Nanoseconds())
	return total(tallies)
}

// memoryBefore is what there was before the tasks were made. Goroutines that have ended leave their
// memory to later ones, so that in the program's own part "before" is when the cell was opened; the
// kernel's part is the whole machine's, and must be compared within a short time.
type memoryBefore struct{ user, kernel int64 }

func lookAtMemory(clock *stopwatch) (before memoryBefore) {
	if clock.probe != nil {
		before.user = clock.anonymousAtOpen
		before.kernel, _ = kernelMemory()
	}
	return before
}

// noteGrowth divides what has come by the number of tasks. What others gave back meanwhile may make
// it negative: then it is not known.
func (before memoryBefore) noteGrowth(clock *stopwatch, tasks int64) {
	if clock.probe == nil {
		return
	}
	if user, known := anonymousMemory(); known && user >= before.user {
		clock.probe.set("user_bytes_per_task", (user-before.user)/tasks)
	}
	if kernel, known := kernelMemory(); known && kernel >= before.kernel {
		clock.probe.set("kernel_bytes_per_task", (kernel-before.kernel)/tasks)
	}
}
