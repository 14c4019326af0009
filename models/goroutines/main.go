// concbench-goroutines runs concbench's workloads on goroutines. It speaks the worker protocol of
// docs/protocol.md over its standard input and output.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
)

const (
	protocol      = 1
	version       = "0.1.0"
	longestLine   = 1 << 20
	exitViolation = 1 // of the protocol; a panic of Go's runtime exits with 2
)

// slowDown is the percent of work to do and time beyond what is asked for (check --self-test).
var slowDown float64

func main() {
	flag.Float64Var(&slowDown, "slow-down", 0, "percent of work beyond what is asked for, timed too")
	flag.Parse()
	os.Exit(serve(os.Stdin, os.Stdout))
}

// request is any message from the session. Each kind uses a part of the fields.
type request struct {
	Type       string                     `json:"type"`
	Workload   string                     `json:"workload"`
	Params     map[string]json.RawMessage `json:"params"`
	CPUs       []int                      `json:"cpus"`
	Options    map[string]string          `json:"options"`
	Iterations int64                      `json:"iterations"`
	Observe    bool                       `json:"observe"`
}

type hello struct {
	Type      string            `json:"type"`
	Protocol  int               `json:"protocol"`
	Program   string            `json:"program"`
	Version   string            `json:"version"`
	Model     string            `json:"model"`
	Workloads []string          `json:"workloads"`
	Refuses   map[string]string `json:"refuses"`
}

// opened leaves the cold start unknown. The runtime starts before main's first line, and the kernel
// tells when a process began in ticks of 10 ms only: a time from main on would leave out nearly all
// of it.
type opened struct {
	Type        string `json:"type"`
	ColdStartNs *int64 `json:"cold_start_ns"`
}

type sample struct {
	Type        string          `json:"type"`
	Iterations  int64           `json:"iterations"`
	WallNs      int64           `json:"wall_ns"`
	Ops         uint64          `json:"ops"`
	Answer      string          `json:"answer"`
	CPUNs       *int64          `json:"cpu_ns"` // null, like the switches, where the kernel does not tell
	Voluntary   *int64          `json:"voluntary"`
	Involuntary *int64          `json:"involuntary"`
	Workers     []*workerReport `json:"workers"` // null where /proc does not tell

	// Of an observed run, where the shape has them.
	Measures map[string]int64 `json:"measures,omitempty"`
	Latency  [][2]uint64      `json:"latency,omitempty"`
}

// refusal says why something was not done: its type is "refused" or "failed".
type refusal struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

type closed struct {
	Type                 string `json:"type"`
	ChildrenPeakRssBytes *int64 `json:"children_peak_rss_bytes"` // null: this model has no children

	Notes map[string]string `json:"notes"`
}

// serve holds the conversation and returns the exit code. While it waits for a line, it uses no CPU.
func serve(in io.Reader, out io.Writer) int {
	replies := json.NewEncoder(out)
	replies.SetEscapeHTML(false)
	replies.Encode(greeting())

	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	var open *cell
	for lines.Scan() {
		var reply any
		var asked request
		violation := json.Unmarshal(lines.Bytes(), &asked)
		if violation == nil {
			reply, violation = answer(asked, &open)
		}
		if violation != nil {
			replies.Encode(refusal{"failed", violation.Error()})
			return exitViolation
		}
		replies.Encode(reply)
		if asked.Type == "close" {
			return 0
		}
	}
	if lines.Err() != nil {
		replies.Encode(refusal{"failed", lines.Err().Error()})
		return exitViolation
	}
	return 0 // the session has gone: nobody is left to be told
}

func greeting() hello {
	names := []string{}
	for _, w := range workloads {
		names = append(names, w.name)
	}
	return hello{"hello", protocol, "concbench-goroutines", version, "goroutines", names, map[string]string{}}
}

// answer carries out one request. Its error is a violation of the protocol, which ends the worker.
func answer(asked request, open **cell) (any, error) {
	switch asked.Type {
	case "open":
		if *open != nil {
			return nil, errors.New("open: a cell is open already")
		}
		made, err := newCell(asked)
		if err != nil {
			return refusal{"refused", err.Error()}, nil
		}
		*open = made
		return opened{Type: "opened"}, nil
	case "run":
		if *open == nil {
			return nil, errors.New("run: no cell is open")
		}
		if asked.Iterations < 1 {
			return nil, errors.New("run: iterations must be at least 1")
		}
		return (*open).run(asked.Iterations, asked.Observe), nil
	case "close":
		return closed{Type: "closed", Notes: map[string]string{"library": "Go " + runtime.Version()}}, nil
	default:
		return nil, fmt.Errorf("no message has the type %q", asked.Type)
	}
}
