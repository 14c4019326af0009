package main

import (
	"encoding/json"
	"runtime"
	"testing"
)

func openOn(t *testing.T, cpus []int, place string) *cell {
	t.Helper()
	made, err := newCell(request{Workload: "ping_pong", CPUs: cpus, Params: map[string]json.RawMessage{
		"hops": json.RawMessage("3"), "place": json.RawMessage(`"` + place + `"`),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAsManyWorkersAsCPUsAreNamedUnlessBothTasksShareOne(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	allowed, err := affinity(0)
	if err != nil {
		t.Fatal(err)
	}
	cpus := append(allowed.cpus(), allowed.cpus()[0])
	openOn(t, cpus, "any")
	if got := runtime.GOMAXPROCS(0); got != len(cpus) {
		t.Errorf("%d workers for CPUs %v", got, cpus)
	}
	openOn(t, cpus, "same")
	if got := runtime.GOMAXPROCS(0); got != 1 {
		t.Errorf("%d workers for place=same", got)
	}
}

func TestRunsThatAnswerDifferentlyFail(t *testing.T) {
	calls := uint64(0)
	drifting := cell{perform: func(*stopwatch) tally {
		calls++
		return tally{answer: calls / 3, ops: 1}
	}}
	if reply, ok := drifting.run(2, false).(sample); !ok || reply.Ops != 2 || reply.Answer != "0" {
		t.Errorf("two equal answers: %v", reply)
	}
	if reply, ok := drifting.run(3, false).(sample); !ok || reply.Ops != 3 || reply.Answer != "1" {
		t.Errorf("three equal answers: %v", reply)
	}
	if reply, ok := drifting.run(4, false).(refusal); !ok || reply.Type != "failed" {
		t.Errorf("different answers: %v", reply)
	}
}

func TestMoreGoroutinesThanMemoryHoldsAreRefused(t *testing.T) {
	if err := fits(1000); err != nil {
		t.Error(err)
	}
	if fits(1<<50) == nil {
		t.Error("2^50 goroutines fit")
	}
}
