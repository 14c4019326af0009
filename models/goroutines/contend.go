package main

import "sync"

// mutex is tasks that go through one critical section, which does almost nothing.
type mutex struct{ taskCount, sectionCount uint64 }

// guarded is what the lock protects. Once the first task is through, each compares by its next
// section how many it has had: the lowest and the highest tell whom the lock favours.
type guarded struct {
	entered, sum        uint64
	oneIsThrough        bool
	shareLow, shareHigh uint64
}

// contender is what a task keeps for itself.
type contender struct {
	entered  uint64
	compared bool
	askedNs  int64
}

func (k mutex) enter(state *guarded, own *contender, probe *probe) {
	if probe != nil {
		k.observe(state, own, probe)
	}
	state.entered++
	state.sum += state.entered
	own.entered++
}

func (k mutex) observe(state *guarded, own *contender, probe *probe) {
	waited := now() - own.askedNs
	probe.add(waited)
	probe.raise("longest_wait_ns", waited)
	had := own.entered + 1
	if had == k.sectionCount {
		state.oneIsThrough = true
	}
	if !state.oneIsThrough || own.compared {
		return
	}
	own.compared = true
	if state.shareHigh == 0 || had < state.shareLow {
		state.shareLow = had
	}
	if had > state.shareHigh {
		state.shareHigh = had
	}
}

// runContend guards the section with a sync.Mutex, as any Go programmer would.
func runContend(kernel mutex, clock *stopwatch) tally {
	var lock sync.Mutex
	var state guarded
	all := throughGate(kernel.taskCount, clock, func(uint64) (mine tally) {
		var own contender
		for ; mine.ops < kernel.sectionCount; mine.ops++ {
			own.askedNs = clock.probe.stamp()
			lock.Lock()
			kernel.enter(&state, &own, clock.probe)
			lock.Unlock()
		}
		return mine
	})
	clock.probe.set("share_low", int64(state.shareLow))
	clock.probe.set("share_high", int64(state.shareHigh))
	return tally{state.sum, all.ops}
}
