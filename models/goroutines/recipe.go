package main

import (
	"syscall"
	"time"
)

// A step of a recipe is a wait that the runtime's timers see to, a computation, or a system call that
// blocks its thread.
type stepKind int

const (
	waits stepKind = iota
	computes
	blocks
)

type step struct {
	kind stepKind
	took time.Duration // what it takes by itself
}

// recipe describes tasks that go through scripts of steps. After each, did is told how long it took
// from the end of the step before, or the gate's opening, which is also from when a wait counts; the
// answer is the sum of what it returns.
type recipe interface {
	tasks() uint64
	steps() uint64
	step(task, s uint64) step
	did(task, s uint64, took time.Duration, probe *probe) uint64
}

// chef is dishes that are chopped, boil alone, and are chopped again.
type chef struct {
	dishes     uint64
	chop, boil time.Duration
}

func (k chef) tasks() uint64 { return k.dishes }
func (chef) steps() uint64   { return 3 }

func (k chef) step(_, s uint64) step {
	if s == 1 {
		return step{waits, k.boil}
	}
	return step{computes, k.chop}
}

func (k chef) did(task, s uint64, took time.Duration, probe *probe) uint64 {
	if s == 1 {
		probe.sum("wait_ns", k.boil.Nanoseconds())
		probe.add((took - k.boil).Nanoseconds())
		if took < k.boil {
			return 0 // taken off the fire early: a wrong answer
		}
	}
	return (task + 1) << s
}

// blocking is tasks that make blocking system calls, which come first, beside others that compute.
type blocking struct {
	blockers, computers, rounds uint64
	call, compute               time.Duration
}

func (k blocking) tasks() uint64 { return k.blockers + k.computers }
func (k blocking) steps() uint64 { return k.rounds }

func (k blocking) step(task, _ uint64) step {
	if task < k.blockers {
		return step{blocks, k.call}
	}
	return step{computes, k.compute}
}

func (k blocking) did(task, _ uint64, took time.Duration, probe *probe) uint64 {
	if task >= k.blockers {
		probe.add((took - k.compute).Nanoseconds())
	}
	return task + 1
}

// runRecipe is a goroutine a task, which does its steps as they are written.
func runRecipe[K recipe](kernel K, clock *stopwatch) tally {
	nsPerWorkStep() // before the clock
	return throughGate(kernel.tasks(), clock, func(task uint64) (mine tally) {
		since := clock.started
		for ; mine.ops < kernel.steps(); mine.ops++ {
			perform(kernel.step(task, mine.ops), since)
			ended := time.Now()
			mine.answer += kernel.did(task, mine.ops, ended.Sub(since), clock.probe)
			since = ended
		}
		return mine
	})
}

func perform(s step, since time.Time) {
	switch s.kind {
	case waits:
		time.Sleep(time.Until(since.Add(s.took)))
	case computes:
		workFor(s.took.Nanoseconds())
	case blocks:
		sleepInKernel(s.took)
	}
}

// sleepInKernel blocks its thread: the runtime knows only that a system call was begun, and after a
// while takes the thread's place among the workers away from it. The runtime's own signals interrupt
// the sleep.
func sleepInKernel(d time.Duration) {
	left := syscall.NsecToTimespec(d.Nanoseconds())
	for {
		asked := left
		if syscall.Nanosleep(&asked, &left) != syscall.EINTR {
			return
		}
	}
}
