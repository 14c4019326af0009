package main

import (
	"runtime"
	"syscall"
	"time"
)

// A step of a recipe is a wait that the runtime's timers see to, from the end of the step before or
// from the gate's opening, a yield, a computation, or a system call that blocks its thread.
type stepKind int

const (
	waits stepKind = iota
	waitsFromOpening
	yields
	computes
	blocks
)

type step struct {
	kind stepKind
	took time.Duration // what it takes by itself
}

// recipe describes tasks that go through scripts of steps. After each, did is told how long it took
// from when it counts: the end of the step before, or the gate's opening. The answer is the sum of
// what it returns.
type recipe interface {
	tasks() uint64
	steps(task uint64) uint64
	step(task, s uint64) step
	did(task, s uint64, took time.Duration, probe *probe) uint64
}

// chef is dishes that are chopped, boil alone, and are chopped again.
type chef struct {
	dishes     uint64
	chop, boil time.Duration
}

func (k chef) tasks() uint64     { return k.dishes }
func (chef) steps(uint64) uint64 { return 3 }

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

func (k blocking) tasks() uint64       { return k.blockers + k.computers }
func (k blocking) steps(uint64) uint64 { return k.rounds }

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

// mixed is greedy tasks, which come first, that compute for long stretches and yield between them,
// beside polite ones that wake once in each millisecond and do a little.
type mixed struct {
	greedy, polite, wakes uint64
	quantum, work         time.Duration
}

const (
	politePeriod = time.Millisecond
	politeLittle = 10 * time.Microsecond
)

func (k mixed) tasks() uint64 { return k.greedy + k.polite }

func (k mixed) steps(task uint64) uint64 {
	if task < k.greedy {
		return 2*uint64((k.work+k.quantum-1)/k.quantum) - 1
	}
	return 2 * k.wakes
}

func (k mixed) step(task, s uint64) step {
	round := time.Duration(s / 2)
	switch isGreedy, isFirst := task < k.greedy, s%2 == 0; {
	case isGreedy && isFirst:
		if left := k.work - round*k.quantum; left < k.quantum {
			return step{computes, left}
		}
		return step{computes, k.quantum}
	case isGreedy:
		return step{kind: yields}
	case isFirst:
		number := time.Duration(task - k.greedy + 1)
		return step{waitsFromOpening, round*politePeriod + politePeriod*number/time.Duration(k.polite)}
	default:
		return step{computes, politeLittle}
	}
}

func (k mixed) did(task, s uint64, took time.Duration, probe *probe) uint64 {
	ended := k.step(task, s)
	if ended.kind == waitsFromOpening {
		late := took - ended.took
		probe.add(late.Nanoseconds())
		if late < 0 {
			return 0 // woke early: a wrong answer
		}
	} else if task < k.greedy {
		probe.sum("greedy_ns", ended.took.Nanoseconds())
	}
	return (task + 1) * (s + 1)
}

// runRecipe is a goroutine a task, which does its steps as they are written.
func runRecipe[K recipe](kernel K, clock *stopwatch) tally {
	nsPerWorkStep() // before the clock
	return throughGate(kernel.tasks(), clock, func(task uint64) (mine tally) {
		since := clock.started
		for steps := kernel.steps(task); mine.ops < steps; mine.ops++ {
			next := kernel.step(task, mine.ops)
			if next.kind == waitsFromOpening {
				since = clock.started
			}
			perform(next, since)
			ended := time.Now()
			mine.answer += kernel.did(task, mine.ops, ended.Sub(since), clock.probe)
			since = ended
		}
		return mine
	})
}

func perform(s step, since time.Time) {
	switch s.kind {
	case waits, waitsFromOpening:
		time.Sleep(time.Until(since.Add(s.took)))
	case yields:
		runtime.Gosched()
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
