package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// clients are those of a server: `concbench load`, the same generator that all models are asked by,
// as a process of its own on other CPUs than the server's where there are any.
type clients struct {
	process *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	sockets []net.Conn // the server's ends
}

// loadReport is what the generator prints at its end.
type loadReport struct {
	Answered  uint64      `json:"answered"`
	LatencyNs int64       `json:"latency_ns"`
	LateNs    int64       `json:"late_ns"`
	Latency   [][2]uint64 `json:"latency"`
}

// failure is an error that ends a run, but not the worker.
type failure struct{ error }

func must(err error) {
	if err != nil {
		panic(failure{fmt.Errorf("the clients failed: %w", err)})
	}
}

// cpusAtStart is what this program may use before it confines itself.
var cpusAtStart, _ = affinity(0)

// connectClients returns once all connections are established, and wait.
func connectClients(l load) *clients {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	process, err := generator(l, listener.Addr().(*net.TCPAddr).Port)
	must(err)
	c := &clients{process: process}
	c.input, err = process.StdinPipe()
	must(err)
	output, err := process.StdoutPipe()
	must(err)
	c.output = bufio.NewReader(output)
	must(process.Start())

	ready := make(chan error, 1)
	go func() {
		line, err := c.output.ReadString('\n')
		if err == nil && line != "ready\n" {
			err = fmt.Errorf("said %q", line)
		}
		if err != nil {
			listener.Close() // nobody is left to connect
		}
		ready <- err
	}()
	for uint64(len(c.sockets)) < l.connections {
		socket, err := listener.Accept()
		if err != nil {
			c.close()
			must(err)
		}
		c.sockets = append(c.sockets, socket)
	}
	must(<-ready)
	return c
}

// generator is the program beside this one, on the CPUs that this one leaves free.
func generator(l load, port int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	mine, err := affinity(0)
	if err != nil {
		return nil, err
	}
	option := func(name string, value uint64) string { return "--" + name + "=" + strconv.FormatUint(value, 10) }
	arguments := []string{"load", option("port", uint64(port)), option("connections", l.connections),
		option("requests", l.requests), option("rate", l.rate), option("bytes", l.bytes)}
	if others := cpusBeside(mine); len(others) > 0 {
		arguments = append(arguments, "--cpus="+strings.Join(others, ","), "--spin")
	}
	process := exec.Command(filepath.Join(filepath.Dir(self), "concbench"), arguments...)
	process.Stderr = os.Stderr
	return process, nil
}

func cpusBeside(mine cpuSet) (others []string) {
	for _, cpu := range cpusAtStart.cpus() {
		if mine[cpu/64]&(1<<(cpu%64)) == 0 {
			others = append(others, strconv.Itoa(cpu))
		}
	}
	return others
}

// begin has them send their requests.
func (c *clients) begin() {
	io.WriteString(c.input, "go\n") // if nobody reads it any more, finish finds out
}

// finish takes down, once all connections have been served, what the clients noticed. They judge
// whether each reply was right.
func (c *clients) finish(probe *probe) {
	line, err := c.output.ReadBytes('\n')
	if err == io.EOF {
		err = errors.New("their process ended early")
	}
	must(err)
	var report loadReport
	must(json.Unmarshal(line, &report))
	must(c.process.Wait())
	if probe == nil {
		return
	}
	for _, pair := range report.Latency {
		atomic.AddUint64(&probe.buckets[pair[0]], pair[1])
	}
	probe.sum("load_latency_ns", report.LatencyNs)
	probe.sum("load_late_ns", report.LateNs)
}

// close ends the process, if it has not ended yet, and the connections.
func (c *clients) close() {
	if c.process.ProcessState == nil {
		c.process.Process.Kill()
		c.process.Wait()
	}
	for _, socket := range c.sockets {
		socket.Close()
	}
}
