package main

import "testing"

func counted(p *probe) (all uint64) {
	for _, pair := range p.latency() {
		all += pair[1]
	}
	return all
}

func TestBucketsHoldWhatIsNearTheirMiddle(t *testing.T) {
	last := -1
	for _, ns := range []int64{-5, 0, 1, 127, 128, 129, 130, 255, 256, 1000, 12345, 1e6, 1e9, 1<<42 - 1, 1 << 42, 1 << 60} {
		index := bucketOf(ns)
		if index < last || index >= bucketCount {
			t.Errorf("%d ns are in bucket %d, after %d", ns, index, last)
		}
		last = index
	}
	// As in workloads/latency.hpp: one each below 128, then 64 an octave.
	for ns, want := range map[int64]int{-1: 0, 127: 127, 128: 128, 129: 128, 130: 129, 255: 191, 256: 192,
		1<<42 - 1: bucketCount - 1, 1 << 50: bucketCount - 1} {
		if got := bucketOf(ns); got != want {
			t.Errorf("%d ns are in bucket %d, not %d", ns, got, want)
		}
	}
}

func TestANilProbeNotesNothing(t *testing.T) {
	var none *probe
	none.add(1)
	none.since(none.stamp())
	none.set("a", 1)
	none.sum("a", 1)
	none.raise("a", 1)
}

func TestMeasuresAreSetSummedOrRaised(t *testing.T) {
	p := newProbe()
	for _, value := range []int64{-3, -7, -5} {
		p.set("set", value)
		p.sum("sum", value)
		p.raise("raised", value)
	}
	if p.measures["set"] != -5 || p.measures["sum"] != -15 || p.measures["raised"] != -3 {
		t.Error(p.measures)
	}
}

func TestObservedRunsAnswerAsOthersAndTimeEachWait(t *testing.T) {
	onWorkers(t, func(t *testing.T) {
		observed := func() *stopwatch { return &stopwatch{probe: newProbe()} }
		clock := observed()
		expect(t, runFanOut(spawn{100}, clock), tally{4950, 100})
		if got := counted(clock.probe); got != 100 {
			t.Errorf("fan_out: %d durations", got)
		}
		clock = observed()
		expect(t, runHandOff(ring{10, 25}, clock), tally{125, 25})
		if got := counted(clock.probe); got != 24 {
			t.Errorf("hand_off: %d durations", got)
		}
		clock = observed()
		expect(t, runChannel(mpmc{3, 2, 4, 1000}, clock), tally{500500, 1000})
		if got := counted(clock.probe); got != 1000 {
			t.Errorf("channel: %d durations", got)
		}
		for _, pair := range clock.probe.latency() {
			if pair[0] >= uint64(bucketOf(10e9)) {
				t.Errorf("a message waited longer than 10 s: bucket %d", pair[0])
			}
		}
	})
}
