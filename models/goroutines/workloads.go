package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// workload is a name, its parameters, and the way from their values to a run: a verb with its kernel.
type workload struct {
	name       string
	parameters []parameter
	prepare    func(values) (run, error)
}

// parameter is a whole number from low to high or, with choices, one of those words, whose index is
// then the value. Names and ranges are those of the workload's header.
type parameter struct {
	name      string
	low, high int64
	choices   []string
}

type values map[string]int64

// run performs the workload once.
type run func(*stopwatch) tally

var workloads = []workload{
	{"fib", []parameter{number("n", 0, 60)}, func(v values) (run, error) {
		kernel := fib{n: v["n"]}
		return func(clock *stopwatch) tally { return runForkJoin[int64, uint64](kernel, clock) }, nil
	}},
	{"skynet", []parameter{number("leaves", 1, 1e9), number("branching", 2, 1000)}, func(v values) (run, error) {
		if !isPower(v["leaves"], v["branching"]) {
			return nil, errors.New("skynet.leaves must be a power of skynet.branching")
		}
		kernel := skynet{leaves: uint64(v["leaves"]), branching: uint64(v["branching"])}
		return func(clock *stopwatch) tally { return runForkJoin[subnet, uint64](kernel, clock) }, nil
	}},
	{"nqueens", []parameter{number("n", 1, 16)}, func(v values) (run, error) {
		kernel := nqueens{n: int(v["n"])}
		return func(clock *stopwatch) tally { return runForkJoin[board, uint64](kernel, clock) }, nil
	}},
	{"uts", []parameter{word("tree", "tiny", "small", "T1", "T3", "T5")}, func(v values) (run, error) {
		kernel := uts{&utsTrees[v["tree"]]}
		return func(clock *stopwatch) tally { return runForkJoin[utsNode, utsCounts](kernel, clock) }, nil
	}},
	{"integrate", []parameter{number("n", 1, 1e4)}, func(v values) (run, error) {
		kernel := integrate{float64(v["n"])}
		return func(clock *stopwatch) tally { return runForkJoin[interval, float64](kernel, clock) }, nil
	}},
	{"mergesort", []parameter{number("n", 1, 1e8), number("leaf", 1, 1e8)}, func(v values) (run, error) {
		return func(clock *stopwatch) tally {
			kernel := makeMergesort(int(v["n"]), int(v["leaf"]))
			return runForkJoin[span, span](kernel, clock)
		}, nil
	}},
	{"matmul", []parameter{number("n", 1, 8192), number("leaf", 1, 8192)}, func(v values) (run, error) {
		return func(clock *stopwatch) tally {
			kernel := makeMatmul(int(v["n"]), int(v["leaf"]))
			return runForkJoin[block, uint64](kernel, clock)
		}, nil
	}},
	{"spawn", []parameter{number("n", 1, 1e9)}, func(v values) (run, error) {
		kernel := spawn{uint64(v["n"])}
		return func(clock *stopwatch) tally { return runFanOut(kernel, clock) }, nil
	}},
	{"grain", []parameter{number("tasks", 1, 1e9), number("ns", 0, 1e6)}, func(v values) (run, error) {
		kernel := makeGrain(uint64(v["tasks"]), v["ns"])
		return func(clock *stopwatch) tally { return runFanOut(kernel, clock) }, nil
	}},
	{"mandelbrot", []parameter{number("n", 1, 16384), number("limit", 1, 1e6)}, func(v values) (run, error) {
		kernel := mandelbrot{uint64(v["n"]), uint64(v["limit"])}
		return func(clock *stopwatch) tally { return runFanOut(kernel, clock) }, nil
	}},
	{"ping_pong", []parameter{number("hops", 1, 1e9), word("place", "any", "same", "cross")}, func(v values) (run, error) {
		switch v["place"] {
		case 1: // One thread at a time runs goroutines then, so that both are on one worker.
			runtime.GOMAXPROCS(1)
		case 2:
			return nil, errors.New("ping_pong.place=cross: Go has no way to keep two goroutines apart")
		}
		kernel := ring{2, uint64(v["hops"])}
		return func(clock *stopwatch) tally { return runHandOff(kernel, clock) }, nil
	}},
	{"ring", []parameter{number("tasks", 2, 1e7), number("hops", 1, 1e9)}, func(v values) (run, error) {
		kernel := ring{uint64(v["tasks"]), uint64(v["hops"])}
		return func(clock *stopwatch) tally { return runHandOff(kernel, clock) }, fits(kernel.tasks())
	}},
	{"spsc", messageParameters, func(v values) (run, error) {
		v["producers"], v["consumers"] = 1, 1
		return prepareMessages(v)
	}},
	{"mpsc", append(messageParameters, number("producers", 1, 1e6)), func(v values) (run, error) {
		v["consumers"] = 1
		return prepareMessages(v)
	}},
	{"mpmc", append(messageParameters, number("producers", 1, 1e6), number("consumers", 1, 1e6)),
		prepareMessages},
	{"yield", []parameter{number("tasks", 1, 1e7), number("yields", 1, 1e9)}, func(v values) (run, error) {
		kernel := yield{uint64(v["tasks"]), uint64(v["yields"])}
		return func(clock *stopwatch) tally { return runYield(kernel, clock) }, fits(kernel.tasks())
	}},
	{"mutex", []parameter{number("tasks", 1, 1e6), number("sections", 1, 1e9)}, func(v values) (run, error) {
		kernel := mutex{uint64(v["tasks"]), uint64(v["sections"])}
		return func(clock *stopwatch) tally { return runContend(kernel, clock) }, fits(kernel.taskCount)
	}},
	{"hold", []parameter{number("n", 1, 1e8), number("touch", 0, 1<<20)}, func(v values) (run, error) {
		kernel := hold{uint64(v["n"]), v["touch"]}
		perform := func(clock *stopwatch) tally { return runHold(kernel, clock) }
		return perform, fitsEach(kernel.n, kernel.bytesPerTask())
	}},
	{"sleepers", []parameter{number("n", 1, 1e7), number("first_us", 0, 6e7), number("span_us", 0, 6e7)},
		func(v values) (run, error) {
			kernel := sleepers{uint64(v["n"]), v["first_us"], v["span_us"]}
			return func(clock *stopwatch) tally { return runTimers(kernel, clock) }, fits(kernel.n)
		}},
	{"chef", []parameter{number("dishes", 1, 1e6), number("chop_us", 0, 1e6), number("boil_us", 0, 1e7)},
		func(v values) (run, error) {
			kernel := chef{uint64(v["dishes"]), microseconds(v["chop_us"]), microseconds(v["boil_us"])}
			return func(clock *stopwatch) tally { return runRecipe(kernel, clock) }, fits(kernel.tasks())
		}},
	{"block", []parameter{number("blockers", 0, 1e5), number("computers", 1, 1e5), number("rounds", 1, 1e6),
		number("call_us", 0, 1e6), number("compute_us", 0, 1e6)}, func(v values) (run, error) {
		kernel := blocking{uint64(v["blockers"]), uint64(v["computers"]), uint64(v["rounds"]),
			microseconds(v["call_us"]), microseconds(v["compute_us"])}
		return func(clock *stopwatch) tally { return runRecipe(kernel, clock) }, fits(kernel.tasks())
	}},
	{"mixed", []parameter{number("greedy", 0, 1e5), number("polite", 1, 1e5), number("quantum_us", 1, 1e7),
		number("work_us", 1, 1e7), number("wakes", 1, 1e6)}, func(v values) (run, error) {
		kernel := mixed{uint64(v["greedy"]), uint64(v["polite"]), uint64(v["wakes"]),
			microseconds(v["quantum_us"]), microseconds(v["work_us"])}
		return func(clock *stopwatch) tally { return runRecipe(kernel, clock) }, fits(kernel.tasks())
	}},
	{"heat", []parameter{number("tasks", 1, 1e5), number("cells", 1, 1e7), number("phases", 1, 1e6)},
		func(v values) (run, error) {
			kernel := heat{uint64(v["tasks"]), uint64(v["cells"]), uint64(v["phases"])}
			return func(clock *stopwatch) tally { return runPhases(kernel, clock) }, fits(kernel.taskCount)
		}},
	{"echo", []parameter{number("connections", 1, 1e6), number("requests", 1, 1e9), number("rate", 0, 1e7),
		number("bytes", 8, 65536), number("slow_permille", 0, 1000), number("slow_us", 0, 1e6)},
		func(v values) (run, error) {
			kernel := echo{load{uint64(v["connections"]), uint64(v["requests"]), uint64(v["rate"]), uint64(v["bytes"])},
				uint64(v["slow_permille"]), v["slow_us"] * 1000}
			return func(clock *stopwatch) tally { return runServe(kernel, clock) }, fitsDescriptors(kernel.connections)
		}},
	{"dot", loopParameters(1e8), func(v values) (run, error) {
		kernel := makeDot(boundsOf(v))
		return func(clock *stopwatch) tally { return runLoop[float64](kernel, clock) }, fits(kernel.parts())
	}},
	{"triangle", loopParameters(1e6), func(v values) (run, error) {
		kernel := triangle{boundsOf(v)}
		return func(clock *stopwatch) tally { return runLoop[uint64](kernel, clock) }, fits(kernel.parts())
	}},
	{"primes", loopParameters(1e8), func(v values) (run, error) {
		kernel := primes{boundsOf(v)}
		return func(clock *stopwatch) tally { return runLoop[uint64](kernel, clock) }, fits(kernel.parts())
	}},
	{"cholesky", []parameter{number("tiles", 1, 128), number("tile", 1, 64)}, func(v values) (run, error) {
		tile := int(v["tile"])
		side := int(v["tiles"]) * tile
		steps, matrix := factorSteps(int(v["tiles"])), factorable(side)
		return func(clock *stopwatch) tally {
			return runGraph(cholesky{tile, side, steps, append([]float64(nil), matrix...)}, clock)
		}, fits(uint64(len(steps)))
	}},
	{"wavefront", []parameter{number("tiles", 1, 1000), number("tile", 1, 256)}, func(v values) (run, error) {
		before := tableEdges(int(v["tiles"]))
		return func(clock *stopwatch) tally {
			return runGraph(makeWavefront(int(v["tiles"]), int(v["tile"]), before), clock)
		}, fits(uint64(len(before)))
	}},
}

func loopParameters(most int64) []parameter {
	return []parameter{number("n", 1, most), number("grain", 0, most)}
}

func boundsOf(v values) bounds { return bounds{uint64(v["n"]), uint64(v["grain"])} }

var messageParameters = []parameter{number("capacity", 0, 1e6), number("messages", 1, 1e9)}

func prepareMessages(v values) (run, error) {
	kernel := mpmc{uint64(v["producers"]), uint64(v["consumers"]), uint64(v["capacity"]),
		uint64(v["messages"])}
	perform := func(clock *stopwatch) tally { return runChannel(kernel, clock) }
	return perform, fits(kernel.producers() + kernel.consumers())
}

func number(name string, low, high int64) parameter {
	return parameter{name: name, low: low, high: high}
}

func word(name string, choices ...string) parameter {
	return parameter{name: name, choices: choices}
}

func microseconds(number int64) time.Duration { return time.Duration(number) * time.Microsecond }

func isPower(number, base int64) bool {
	power := int64(1)
	for power < number {
		power *= base
	}
	return power == number
}

// prepare finds the named workload and makes it ready to run. Its error names what does not fit. A
// parameter that is not known is refused, not ignored: it could change what is measured.
func prepare(name string, params map[string]json.RawMessage) (run, error) {
	for _, w := range workloads {
		if w.name != name {
			continue
		}
		parsed := values{}
		for _, p := range w.parameters {
			text, given := params[p.name]
			if !given {
				return nil, fmt.Errorf("%s.%s is missing", name, p.name)
			}
			value, err := p.parse(text)
			if err != nil {
				return nil, fmt.Errorf("%s.%s=%s: %w", name, p.name, text, err)
			}
			parsed[p.name] = value
		}
		for key := range params {
			if _, known := parsed[key]; !known {
				return nil, fmt.Errorf("%s has no parameter %q", name, key)
			}
		}
		return w.prepare(parsed)
	}
	return nil, fmt.Errorf("there is no workload %q", name)
}

func (p parameter) parse(text json.RawMessage) (int64, error) {
	if p.choices == nil {
		value, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil || value < p.low || value > p.high {
			return 0, fmt.Errorf("must be a whole number from %d to %d", p.low, p.high)
		}
		return value, nil
	}
	var word string
	if json.Unmarshal(text, &word) == nil {
		for i, choice := range p.choices {
			if word == choice {
				return int64(i), nil
			}
		}
	}
	return 0, fmt.Errorf("must be one of %s", strings.Join(p.choices, ", "))
}
