package main

// Kernels under observation: the same work, with the time noted at both ends of a wait. (The verb of
// fan_out notes by itself when it makes a task, since no kernel is asked at that moment.)

// observedRing notes the time from one hop to the next: the waiting task's wake-up.
type observedRing[K handOff] struct {
	kernel K
	probe  *probe
}

func (o observedRing[K]) tasks() uint64 { return o.kernel.tasks() }
func (o observedRing[K]) hops() uint64  { return o.kernel.hops() }

// pass is called by whoever holds the one token, and by nobody else.
func (o observedRing[K]) pass(token, task uint64) uint64 {
	this := now()
	if token != 0 { // the first hop of a run follows on nothing
		o.probe.add(this - o.probe.lastHop)
	}
	o.probe.lastHop = this
	return o.kernel.pass(token, task)
}

// observedChannel notes the time from a message's sending to its receipt. The time of sending travels
// in the bits that numbers below 2^30 leave free; they hold 17 seconds, and then begin anew.
type observedChannel[K channel] struct {
	kernel K
	probe  *probe
}

const (
	itemBits = 30
	itemMask = 1<<itemBits - 1
)

func (o observedChannel[K]) producers() uint64 { return o.kernel.producers() }
func (o observedChannel[K]) consumers() uint64 { return o.kernel.consumers() }
func (o observedChannel[K]) capacity() uint64  { return o.kernel.capacity() }
func (o observedChannel[K]) messages() uint64  { return o.kernel.messages() }

func (o observedChannel[K]) item(i uint64) uint64 {
	return uint64(now())<<itemBits | o.kernel.item(i)
}

func (o observedChannel[K]) take(item uint64) uint64 {
	waited := (uint64(now()) - item>>itemBits) << itemBits >> itemBits
	o.probe.add(int64(waited))
	return o.kernel.take(item & itemMask)
}
