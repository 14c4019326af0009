package main

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestContendLetsOneInAtATime(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		expect(t, runContend(mutex{1, 1}, &clock), tally{1, 1})
		// Two who enter at once count the same number: then the sum is too small.
		expect(t, runContend(mutex{8, 5000}, &clock), tally{40000 * 40001 / 2, 40000})
	})
}

func TestContendNotesEveryWaitAndTheShares(t *testing.T) {
	clock := stopwatch{probe: newProbe()}
	runContend(mutex{3, 50}, &clock)
	if got := counted(clock.probe); got != 150 {
		t.Errorf("%d waits", got)
	}
	low, high := clock.probe.measures["share_low"], clock.probe.measures["share_high"]
	if low < 1 || low > high || high > 50 {
		t.Errorf("shares from %d to %d of 50", low, high)
	}
}

func TestHoldHasAllAliveAtOnce(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		// Goroutines of earlier tests may still be about to end.
		before := -1
		for now := runtime.NumGoroutine(); now != before; now = runtime.NumGoroutine() {
			before = now
			time.Sleep(20 * time.Millisecond)
		}
		var told, seen int
		clock := stopwatch{probe: newProbe(), onHeld: func(alive int64) {
			told, seen = int(alive), runtime.NumGoroutine()-before
		}}
		expect(t, runHold(hold{500, 0}, &clock), tally{500 * 501 / 2, 500})
		if told != 500 || seen != 500 || clock.probe.measures["peak_live"] != 500 {
			t.Errorf("%d were told, %d seen, measures: %v", told, seen, clock.probe.measures)
		}
		made, released := clock.probe.measures["make_ns"], clock.probe.measures["release_ns"]
		if made <= 0 || released <= 0 || clock.sum.wall.Nanoseconds() != made+released {
			t.Errorf("made in %d ns, released in %d, %v in all", made, released, clock.sum.wall)
		}
	})
}

// In a process of its own: elsewhere other tests' goroutines have left their memory to these.
func TestHoldNotesWhatAGoroutineTakes(t *testing.T) {
	if os.Getenv("CONCBENCH_FRESH_PROCESS") == "" {
		fresh := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		fresh.Env = append(os.Environ(), "CONCBENCH_FRESH_PROCESS=1")
		if said, err := fresh.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		return
	}
	anonymous, known := anonymousMemory()
	if !known {
		t.Skip("no /proc")
	}
	for _, touch := range []int64{0, 20000} {
		clock := stopwatch{probe: newProbe(), anonymousAtOpen: anonymous}
		runHold(hold{5000, touch}, &clock)
		each := clock.probe.measures["user_bytes_per_task"]
		if each < 2048+touch || each > 8192+4*touch {
			t.Errorf("%d bytes for a goroutine that touched %d", each, touch)
		}
	}
}

func TestSleepersNeverWakeEarly(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		clock := stopwatch{probe: newProbe()}
		kernel := sleepers{100, 1000, 10000}
		expect(t, runTimers(kernel, &clock), tally{5050, 100})
		if got := counted(clock.probe); got != 100 {
			t.Errorf("%d were timed", got)
		}
		for task := uint64(0); task < kernel.n; task++ {
			if clock.sum.wall < kernel.delay(task) {
				t.Fatalf("%v in all, but task %d sleeps %v", clock.sum.wall, task, kernel.delay(task))
			}
		}
	})
	if early := (sleepers{}).woke(3, -1); early != 0 {
		t.Errorf("an early wake counts %d", early)
	}
}

func TestDishesBoilAtTheSameTime(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		clock := stopwatch{probe: newProbe()}
		const boil = 50 * time.Millisecond
		expect(t, runRecipe(chef{8, 0, boil}, &clock), tally{7 * 36, 24})
		if clock.sum.wall < boil || clock.sum.wall > 4*boil {
			t.Errorf("eight dishes took %v", clock.sum.wall)
		}
		if waited := clock.probe.measures["wait_ns"]; waited != 8*boil.Nanoseconds() {
			t.Errorf("waits of %d ns in all", waited)
		}
	})
}

func TestABlockingCallBlocksForItsTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	clock := stopwatch{probe: newProbe()}
	kernel := blocking{4, 2, 3, 5 * time.Millisecond, 10 * time.Microsecond}
	expect(t, runRecipe(kernel, &clock), tally{3 * 21, 18})
	if clock.sum.wall < 15*time.Millisecond {
		t.Errorf("three calls of 5 ms took %v", clock.sum.wall)
	}
	if got := counted(clock.probe); got != 6 {
		t.Errorf("%d computations were timed", got)
	}
}

func TestMixedWakesByItsTimetable(t *testing.T) {
	kernel := mixed{greedy: 2, polite: 3, wakes: 2, quantum: 2 * time.Millisecond, work: 5 * time.Millisecond}
	onWorkers(t, func(t *testing.T) {
		clock := stopwatch{probe: newProbe()}
		expect(t, runRecipe(kernel, &clock), tally{165, 22})
		if got := counted(clock.probe); got != 6 {
			t.Errorf("%d wakes were timed", got)
		}
		if got := clock.probe.measures["greedy_ns"]; got != 2*5_000_000 {
			t.Errorf("%d ns of work were noted", got)
		}
	})
	if early := kernel.did(2, 2, kernel.step(2, 2).took-1, nil); early != 0 {
		t.Errorf("an early wake counts %d", early)
	}
	var work time.Duration
	for s := uint64(0); s < kernel.steps(0); s += 2 {
		work += kernel.step(0, s).took
	}
	if work != kernel.work {
		t.Errorf("stretches of %v in all", work)
	}
}

// courteous is two tasks that do nothing but yield, and keep the order in which they did.
type courteous struct {
	order *[]uint64
	lock  *sync.Mutex
}

func (courteous) tasks() uint64            { return 2 }
func (courteous) steps(uint64) uint64      { return 50 }
func (courteous) step(uint64, uint64) step { return step{kind: yields} }

func (k courteous) did(task, _ uint64, _ time.Duration, _ *probe) uint64 {
	k.lock.Lock()
	defer k.lock.Unlock()
	*k.order = append(*k.order, task)
	return 1
}

func TestAYieldOfARecipeLetsOthersRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var clock stopwatch
	var order []uint64
	expect(t, runRecipe(courteous{&order, new(sync.Mutex)}, &clock), tally{100, 100})
	turns := 0
	for i := 1; i < len(order); i++ {
		if order[i] != order[i-1] {
			turns++
		}
	}
	if turns < 50 {
		t.Errorf("%d turns in %v", turns, order)
	}
}

func TestWorkTakesTheTimeItIsGiven(t *testing.T) {
	best := time.Hour
	for i := 0; i < 50; i++ {
		start := time.Now()
		workFor(1e6)
		if took := time.Since(start); took < best {
			best = took
		}
	}
	if best < 800*time.Microsecond || best > 2*time.Millisecond {
		t.Errorf("1 ms of work takes %v at best", best)
	}
}

// alone runs the phases with one task: the independent answer.
func alone(kernel heat) uint64 {
	kernel.taskCount = 1
	from, to := kernel.fill(), make([]uint64, kernel.cellCount)
	for phase := uint64(0); phase < kernel.phaseCount; phase++ {
		kernel.advance(from, to, 0)
		from, to = to, from
	}
	return kernel.checksum(from)
}

func TestPhasesAnswerAsOneTaskAloneWould(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		var clock stopwatch
		for _, kernel := range []heat{{1, 1, 1}, {7, 5, 3}, {4, 1000, 200}} {
			expect(t, runPhases(kernel, &clock), tally{alone(kernel), kernel.phaseCount})
		}
	})
}

func TestNobodyPassesTheBarrierBeforeAllHaveCome(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		const participants, phases = 5, 500
		meeting := newBarrier(participants)
		var done [participants]atomic.Int64
		var clock stopwatch
		all := throughGate(participants, &clock, func(task uint64) (mine tally) {
			for phase := int64(0); phase < phases; phase++ {
				for i := range done {
					if other := done[i].Load(); other != phase && other != phase+1 {
						t.Errorf("task %d has done %d phases, task %d %d", i, other, task, phase)
						return mine
					}
				}
				done[task].Add(1)
				if meeting.arrive() {
					mine.ops++
				}
			}
			return mine
		})
		expect(t, all, tally{0, phases})
	})
}

// brooding is a step of work, and a wait whose timer is armed late, since did takes its time.
type brooding struct{ waited *time.Duration }

const broods, waitsFor = 50 * time.Millisecond, 60 * time.Millisecond

func (brooding) tasks() uint64       { return 1 }
func (brooding) steps(uint64) uint64 { return 2 }

func (brooding) step(_, s uint64) step {
	if s == 0 {
		return step{computes, 0}
	}
	return step{waits, waitsFor}
}

func (k brooding) did(_, s uint64, took time.Duration, _ *probe) uint64 {
	if s == 0 {
		time.Sleep(broods)
	} else {
		*k.waited = took
	}
	return 1
}

func TestRecipeCountsAWaitFromTheEndOfTheStepBefore(t *testing.T) {
	var clock stopwatch
	var waited time.Duration
	expect(t, runRecipe(brooding{&waited}, &clock), tally{2, 2})
	if waited < waitsFor || waited >= waitsFor+broods {
		t.Errorf("waited %v", waited)
	}
}
