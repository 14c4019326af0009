package main

import "sync"

// heat is a rod whose parts the tasks warm in phases: each cell from its neighbours, in integers.
type heat struct{ taskCount, cellCount, phaseCount uint64 }

func (k heat) fill() []uint64 {
	grid := make([]uint64, k.cellCount)
	for i := range grid {
		grid[i] = uint64(i) * 2654435761 % 1000003 << 8
	}
	return grid
}

// advance writes the task's part of one grid from the other.
func (k heat) advance(from, to []uint64, task uint64) {
	first, last := share(k.cellCount, k.taskCount, task)
	for i := first; i < last; i++ {
		left, right := i, i
		if i > 0 {
			left--
		}
		if i+1 < k.cellCount {
			right++
		}
		to[i] = (from[left] + 2*from[i] + from[right]) / 4
	}
}

func (heat) checksum(grid []uint64) (sum uint64) {
	for _, cell := range grid {
		sum = sum*31 + cell
	}
	return sum
}

// barrier lets nobody on before all have arrived. Go has none of its own; this is how one is built
// from sync.Cond.
type barrier struct {
	mutex                 sync.Mutex
	allHere               *sync.Cond
	participants, missing uint64
	phase                 uint64
}

func newBarrier(participants uint64) *barrier {
	b := &barrier{participants: participants, missing: participants}
	b.allHere = sync.NewCond(&b.mutex)
	return b
}

// arrive returns true to the last, who counts the barrier.
func (b *barrier) arrive() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.missing--
	if b.missing == 0 {
		b.missing = b.participants
		b.phase++
		b.allHere.Broadcast()
		return true
	}
	for phase := b.phase; b.phase == phase; {
		b.allHere.Wait()
	}
	return false
}

// runPhases lets two grids change places after each phase.
func runPhases(kernel heat, clock *stopwatch) tally {
	grids := [2][]uint64{kernel.fill(), make([]uint64, kernel.cellCount)}
	meeting := newBarrier(kernel.taskCount)
	all := throughGate(kernel.taskCount, clock, func(task uint64) (mine tally) {
		for phase := uint64(0); phase < kernel.phaseCount; phase++ {
			kernel.advance(grids[phase%2], grids[(phase+1)%2], task)
			if meeting.arrive() {
				mine.ops++
			}
		}
		return mine
	})
	return tally{kernel.checksum(grids[kernel.phaseCount%2]), all.ops}
}
