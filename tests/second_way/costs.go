// What goroutines cost, measured by the shortest program that does each: the second way to the rows
// of `concbench claims`. Prints one JSON object; times are in ns, for one.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

// The median of many times, each of which makes n and waits for all of them.
func create(n, times int) float64 {
	each := make([]float64, times)
	for t := range each {
		var all sync.WaitGroup
		start := time.Now()
		all.Add(n)
		for i := 0; i < n; i++ {
			go all.Done()
		}
		all.Wait()
		each[t] = float64(time.Since(start).Nanoseconds()) / float64(n)
	}
	sort.Float64s(each)
	return each[times/2]
}

func hop(hops int) float64 {
	there, back := make(chan bool), make(chan bool)
	go func() {
		for range there {
			back <- true
		}
		close(back)
	}()
	start := time.Now()
	for i := 0; i < hops/2; i++ {
		there <- true
		<-back
	}
	took := time.Since(start)
	close(there)
	return float64(took.Nanoseconds()) / float64(hops)
}

func resident() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	var kib float64
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmRSS:") {
			fmt.Sscanf(line, "VmRSS: %f", &kib)
		}
	}
	return 1024 * kib
}

// How many wait at once, and the resident memory that each takes.
func hold(n int) (alive int, bytes float64) {
	gate := make(chan bool)
	var all sync.WaitGroup
	before, had := resident(), runtime.NumGoroutine()
	all.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			<-gate
			all.Done()
		}()
	}
	runtime.Gosched()
	alive = runtime.NumGoroutine() - had
	bytes = (resident() - before) / float64(n)
	close(gate)
	all.Wait()
	return alive, bytes
}

func main() {
	runtime.GOMAXPROCS(1)
	alive, bytes := hold(100_000)
	fmt.Printf("{\"create\": %.1f, \"hop\": %.1f, \"alive\": %d, \"bytes\": %.0f}\n",
		create(1_000, 100), hop(100_000), alive, bytes)
}
