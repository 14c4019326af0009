package main

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// probe is what an observed run notices besides its time: durations, and measures by their names. A
// run that is timed to the nanosecond has none: the methods of a nil probe do nothing.
//
// Durations are counted in the log-linear histogram that docs/protocol.md describes: a bucket each
// below 128 ns; above, each octave is cut into 64 equal buckets; the last takes all from 2^42 ns on.
type probe struct {
	buckets  [bucketCount]uint64
	mutex    sync.Mutex
	measures map[string]int64
	lastHop  int64 // when the one token was passed last
}

const (
	partBits    = 6  // an octave has 2^6 buckets
	octaves     = 42 // durations below 2^42 ns are told apart
	bucketCount = (octaves-partBits)<<partBits + 1<<partBits
)

func newProbe() *probe { return &probe{measures: map[string]int64{}} }

// epoch is what stamps count from: differences of them are monotonic.
var epoch = time.Now()

func now() int64 { return int64(time.Since(epoch)) }

func bucketOf(ns int64) int {
	switch {
	case ns < 0:
		return 0
	case ns>>octaves != 0:
		return bucketCount - 1
	case ns < 2<<partBits:
		return int(ns)
	}
	shift := bits.Len64(uint64(ns)) - 1 - partBits
	return shift<<partBits + int(ns>>shift)
}

// add counts a duration.
func (p *probe) add(ns int64) {
	if p != nil {
		atomic.AddUint64(&p.buckets[bucketOf(ns)], 1)
	}
}

// stamp is the time, for those who are observed.
func (p *probe) stamp() int64 {
	if p == nil {
		return 0
	}
	return now()
}

// since counts the time from a stamp until now.
func (p *probe) since(stamp int64) {
	if p != nil {
		p.add(now() - stamp)
	}
}

func (p *probe) set(measure string, value int64) {
	p.change(measure, func(int64, bool) int64 { return value })
}

func (p *probe) sum(measure string, value int64) {
	p.change(measure, func(had int64, _ bool) int64 { return had + value })
}

// raise keeps the largest value.
func (p *probe) raise(measure string, value int64) {
	p.change(measure, func(had int64, known bool) int64 {
		if known && had > value {
			return had
		}
		return value
	})
}

func (p *probe) change(measure string, next func(had int64, known bool) int64) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	had, known := p.measures[measure]
	p.measures[measure] = next(had, known)
}

// latency lists the buckets that have something in them: pairs of index and count. Nil without any.
func (p *probe) latency() (pairs [][2]uint64) {
	for index, count := range p.buckets {
		if count > 0 {
			pairs = append(pairs, [2]uint64{uint64(index), count})
		}
	}
	return pairs
}
