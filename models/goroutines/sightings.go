package main

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

// workerReport is where the runtime's threads really ran. They share one report, because a goroutine
// belongs to none of them.
type workerReport struct {
	CPU        int    `json:"cpu"` // the only CPU that they are allowed, as read back; otherwise -1
	Observed   []int  `json:"observed"`
	Migrations uint64 `json:"migrations"`
}

// sightings collects on which CPUs the threads were seen since they were bound.
type sightings struct {
	threads    map[int]sighting // by kernel id
	cpus       map[int]bool
	migrations uint64
}

// sighting is one look at a thread.
type sighting struct {
	cpu     int
	ran     uint64 // nanoseconds on a CPU in all
	counted bool   // it ran since it was bound, so that cpu is within the sightings
}

// newSightings takes the first look, of which only the run times matter: a thread that has slept
// since before it was bound still bears the CPU it last ran on, which may be outside its mask.
func newSightings() (*sightings, error) {
	s := &sightings{threads: map[int]sighting{}, cpus: map[int]bool{}}
	ids, err := threads()
	for _, id := range ids {
		if seen, ok := look(id); ok {
			s.threads[id] = seen
		}
	}
	if err == nil && len(s.threads) == 0 {
		err = errors.New("this kernel does not tell where threads run")
	}
	return s, err
}

// update looks again.
func (s *sightings) update() error {
	ids, err := threads()
	for _, id := range ids {
		if seen, ok := look(id); ok {
			s.note(id, seen)
		}
	}
	return err
}

// note takes in a look at a thread. One that has not run since the last look says nothing new.
func (s *sightings) note(id int, seen sighting) {
	last, known := s.threads[id]
	if known && last.ran == seen.ran {
		return
	}
	if last.counted && last.cpu != seen.cpu {
		s.migrations++
	}
	seen.counted = true
	s.cpus[seen.cpu] = true
	s.threads[id] = seen
}

// report is what was seen so far, with the masks of all threads read back.
func (s *sightings) report() (*workerReport, error) {
	report := &workerReport{CPU: -1, Observed: []int{}, Migrations: s.migrations}
	for cpu := range s.cpus {
		report.Observed = append(report.Observed, cpu)
	}
	sort.Ints(report.Observed)

	ids, err := threads()
	var allowed cpuSet
	for _, id := range ids {
		if mask, err := affinity(id); err == nil { // otherwise the thread has ended
			for i := range allowed {
				allowed[i] |= mask[i]
			}
		}
	}
	if cpus := allowed.cpus(); len(cpus) == 1 {
		report.CPU = cpus[0]
	}
	return report, err
}

// look reads the CPU from field 39 of the thread's stat, and its run time from schedstat. It fails if
// the thread has ended, or if the kernel was built without schedstat.
func look(id int) (seen sighting, ok bool) {
	folder := fmt.Sprintf("/proc/self/task/%d/", id)
	stat, err := os.ReadFile(folder + "stat")
	if err != nil {
		return seen, false
	}
	// Fields are counted from behind the name, field 2: it is in brackets and may hold anything.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	schedstat, err := os.ReadFile(folder + "schedstat")
	times := strings.Fields(string(schedstat))
	if err != nil || len(fields) < 37 || len(times) == 0 {
		return seen, false
	}
	cpu, cpuErr := strconv.Atoi(fields[39-3])
	ran, ranErr := strconv.ParseUint(times[0], 10, 64)
	return sighting{cpu: cpu, ran: ran}, cpuErr == nil && ranErr == nil
}
