package main

import (
	"runtime"
	"sync"
	"testing"
)

// onWorkers runs a test with one worker and with several: the schedules differ.
func onWorkers(t *testing.T, test func(t *testing.T)) {
	for name, workers := range map[string]int{"one": 1, "four": 4} {
		t.Run(name, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			test(t)
		})
	}
}

func expect(t *testing.T, got, want tally) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestForkJoinCountsEveryNode(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runForkJoin[int64, uint64](fib{n: 0}, &clock), tally{0, 1})
		expect(t, runForkJoin[int64, uint64](fib{n: 15}, &clock), walk[int64](fib{n: 15}, 15))
		expect(t, runForkJoin[subnet, uint64](skynet{leaves: 1000, branching: 10}, &clock), tally{499500, 1111})
		expect(t, runForkJoin[board, uint64](nqueens{n: 6}, &clock), tally{4, 153})
	})
}

// product is a kernel whose fold is no sum, so that a verb which adds up by itself is found out.
type product struct{ fib }

func (product) leaf(int64) uint64       { return 3 }
func (product) fold(a, b uint64) uint64 { return a * b % 1000 }

func TestForkJoinFoldsWithTheKernelsOwnFold(t *testing.T) {
	var clock stopwatch
	expect(t, runForkJoin[int64, uint64](product{fib{n: 10}}, &clock), walk[int64](product{}, 10))
}

func TestFanOutRunsEachTaskOnce(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runFanOut(spawn{1}, &clock), tally{0, 1})
		expect(t, runFanOut(spawn{1000}, &clock), tally{499500, 1000})
	})
}

func TestHandOffPassesTheTokenInOrder(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runHandOff(ring{2, 1}, &clock), tally{1, 1})
		expect(t, runHandOff(ring{2, 5}, &clock), tally{7, 5})
		expect(t, runHandOff(ring{10, 3}, &clock), tally{6, 3})
		expect(t, runHandOff(ring{10, 10}, &clock), tally{55, 10})
		expect(t, runHandOff(ring{100, 1234}, &clock), tally{12*5050 + 34*35/2, 1234})
	})
}

func TestChannelDeliversEveryMessageOnce(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runChannel(mpmc{1, 1, 1, 1}, &clock), tally{1, 1})
		expect(t, runChannel(mpmc{2, 2, 64, 1000}, &clock), tally{500500, 1000})
		expect(t, runChannel(mpmc{7, 3, 1, 1000}, &clock), tally{500500, 1000})
		expect(t, runChannel(mpmc{10, 10, 64, 3}, &clock), tally{6, 3})
		expect(t, runChannel(mpmc{1, 1, 0, 1000}, &clock), tally{500500, 1000})
		expect(t, runChannel(mpmc{7, 3, 0, 1000}, &clock), tally{500500, 1000})
	})
}

func TestYieldCountsEverySwitch(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runYield(yield{1, 10}, &clock), tally{10, 10})
		expect(t, runYield(yield{100, 7}, &clock), tally{7 * 5050, 700})
	})
}

func TestNoParticipantPassesTheGateBeforeAllHaveArrived(t *testing.T) {
	const participants = 50
	var mutex sync.Mutex
	var clock stopwatch
	inside := 0
	throughGate(participants, &clock, func(uint64) tally {
		if clock.started.IsZero() {
			t.Error("ran before the clock was started")
		}
		mutex.Lock()
		inside++
		mutex.Unlock()
		return tally{}
	})
	if inside != participants {
		t.Errorf("%d of %d participants ran", inside, participants)
	}
}

func TestSharesCoverEverythingOnce(t *testing.T) {
	for _, total := range []uint64{0, 1, 9, 10, 11} {
		for parts := uint64(1); parts < 13; parts++ {
			next := uint64(0)
			for i := uint64(0); i < parts; i++ {
				first, last := share(total, parts, i)
				if first != next || last < first || last-first > total/parts+1 {
					t.Fatalf("share(%d, %d, %d) = [%d, %d), after %d", total, parts, i, first, last, next)
				}
				next = last
			}
			if next != total {
				t.Errorf("%d parts of %d end at %d", parts, total, next)
			}
		}
	}
}

// byHand is fib as written for this one purpose: what the generic verb is measured against.
func byHand(n int64, result *tally, done *sync.WaitGroup) {
	defer done.Done()
	if n < 2 {
		*result = tally{uint64(n), 1}
		return
	}
	var results [2]tally
	var joined sync.WaitGroup
	joined.Add(2)
	go byHand(n-1, &results[0], &joined)
	go byHand(n-2, &results[1], &joined)
	joined.Wait()
	*result = tally{results[0].answer + results[1].answer, results[0].ops + results[1].ops + 1}
}

func BenchmarkFib(b *testing.B) {
	const n = 22
	b.Run("verb", func(b *testing.B) {
		var clock stopwatch
		for i := 0; i < b.N; i++ {
			runForkJoin[int64, uint64](fib{n: n}, &clock)
		}
	})
	b.Run("by hand", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			var result tally
			var done sync.WaitGroup
			done.Add(1)
			go byHand(n, &result, &done)
			done.Wait()
		}
	})
}
