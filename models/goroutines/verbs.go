package main

import (
	"runtime"
	"sync"
)

// A verb runs any kernel of one shape in the way a Go programmer would: one goroutine a task. What
// its interval must hold is stated in workloads/shapes.hpp; the clock is started and stopped at its
// ends.

// tally is an answer and the operations that made it, counted by whoever performed them: each
// goroutine fills its own, and they are added up along the joins, so that no counter is shared.
type tally struct{ answer, ops uint64 }

func total(tallies []tally) tally {
	var sum tally
	for _, t := range tallies {
		sum.answer += t.answer
		sum.ops += t.ops
	}
	return sum
}

// branch is the result of a node and the nodes that made it.
type branch[Result any] struct {
	result Result
	ops    uint64
}

// runForkJoin starts one goroutine for every node of the tree, the root included.
//
// A parent running its last child itself, as depth-first schedulers of other models do, would save a
// goroutine, but it would no longer be what Go's own texts show: `go` for each child, then wait.
func runForkJoin[Node, Result any, K forkJoin[Node, Result]](kernel K, clock *stopwatch) tally {
	var all branch[Result]
	var done sync.WaitGroup
	clock.start()
	done.Add(1)
	go visit[Node, Result](kernel, kernel.root(), &all, &done)
	done.Wait()
	clock.stop()
	return tally{kernel.answer(all.result), all.ops}
}

// visit is the task of one node. Results come back in slots, with a WaitGroup for the join: measured
// on one worker that is about 10 % faster than a channel of results, for two children as for ten.
func visit[Node, Result any, K forkJoin[Node, Result]](kernel K, node Node, mine *branch[Result],
	done *sync.WaitGroup) {
	defer done.Done()
	children := kernel.children(node)
	if children == 0 {
		*mine = branch[Result]{kernel.leaf(node), 1}
		return
	}
	branches := make([]branch[Result], children)
	var joined sync.WaitGroup
	joined.Add(children)
	for i := range branches {
		go visit[Node, Result](kernel, kernel.child(node, i), &branches[i], &joined)
	}
	joined.Wait()
	all := branches[0]
	for _, b := range branches[1:] {
		all = branch[Result]{kernel.fold(all.result, b.result), all.ops + b.ops}
	}
	*mine = branch[Result]{all.result, all.ops + 1}
}

// runFanOut starts one goroutine a task. Making the slots for the results is part of making the
// tasks, and is timed.
func runFanOut[K fanOut](kernel K, clock *stopwatch) tally {
	var done sync.WaitGroup
	clock.start()
	results := make([]tally, kernel.tasks())
	done.Add(len(results))
	for i := range results {
		made := clock.probe.stamp()
		go func(i int) {
			defer done.Done()
			clock.probe.since(made)
			results[i] = tally{kernel.body(uint64(i)), 1}
		}(i)
	}
	done.Wait()
	clock.stop()
	return total(results)
}

// runHandOff joins neighbours by unbuffered channels: a send waits for its receiver, which is Go's
// own hand-off.
func runHandOff[K handOff](kernel K, clock *stopwatch) tally {
	if clock.probe != nil {
		return passToken(observedRing[K]{kernel, clock.probe}, clock)
	}
	return passToken(kernel, clock)
}

func passToken[K handOff](kernel K, clock *stopwatch) tally {
	tasks, hops := kernel.tasks(), kernel.hops()
	inboxes := make([]chan uint64, tasks)
	for i := range inboxes {
		inboxes[i] = make(chan uint64)
	}
	return throughGate(tasks, clock, func(task uint64) (mine tally) {
		inbox, next := inboxes[task], inboxes[(task+1)%tasks]
		for hop := task; hop < hops; hop += tasks {
			var token uint64
			if hop > 0 {
				token = <-inbox
			}
			token = kernel.pass(token, task)
			mine.ops++
			if hop == hops-1 {
				mine.answer = token
			} else {
				next <- token
			}
		}
		return mine
	})
}

// runChannel lets producers and consumers share one channel, which is closed when the last
// producer has ended; consumers range over it until then. A message counts when it is received.
func runChannel[K channel](kernel K, clock *stopwatch) tally {
	if clock.probe != nil {
		return sendAll(observedChannel[K]{kernel, clock.probe}, clock)
	}
	return sendAll(kernel, clock)
}

func sendAll[K channel](kernel K, clock *stopwatch) tally {
	producers := kernel.producers()
	messages := make(chan uint64, kernel.capacity())
	var producing sync.WaitGroup
	producing.Add(int(producers))
	go func() {
		producing.Wait()
		close(messages)
	}()
	return throughGate(producers+kernel.consumers(), clock, func(task uint64) (mine tally) {
		if task < producers {
			defer producing.Done()
			first, last := share(kernel.messages(), producers, task)
			for i := first; i < last; i++ {
				messages <- kernel.item(i)
			}
			return mine
		}
		for message := range messages {
			mine.answer += kernel.take(message)
			mine.ops++
		}
		return mine
	})
}

// runYield lets the tasks give way to each other.
func runYield[K yielding](kernel K, clock *stopwatch) tally {
	return throughGate(kernel.tasks(), clock, func(task uint64) (mine tally) {
		for i := uint64(0); i < kernel.yields(); i++ {
			runtime.Gosched()
			mine.answer += kernel.tick(task)
			mine.ops++
		}
		return mine
	})
}

// throughGate makes the participants and waits until each has reached the gate; then it times from
// the gate's opening to the last participant's end. It returns the sum of what they return.
func throughGate(participants uint64, clock *stopwatch, run func(task uint64) tally) tally {
	var arrived, ended sync.WaitGroup
	gate := make(chan struct{})
	tallies := make([]tally, participants)
	arrived.Add(len(tallies))
	ended.Add(len(tallies))
	for task := range tallies {
		go func(task int) {
			defer ended.Done()
			arrived.Done()
			<-gate
			tallies[task] = run(uint64(task))
		}(task)
	}
	arrived.Wait()
	clock.start()
	close(gate)
	ended.Wait()
	clock.stop()
	return total(tallies)
}

// share returns the part [first, last) of total things that falls to the index-th of parts: equal
// parts, the first ones larger by one where it does not come out even.
func share(total, parts, index uint64) (first, last uint64) {
	each, rest := total/parts, total%parts
	if index < rest {
		first = index * (each + 1)
		return first, first + each + 1
	}
	first = index*each + rest
	return first, first + each
}
