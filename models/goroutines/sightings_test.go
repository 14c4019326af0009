package main

import "testing"

func TestOnlyThreadsThatRanCountAndOnlyChangesAreMigrations(t *testing.T) {
	s := &sightings{threads: map[int]sighting{}, cpus: map[int]bool{}}
	s.threads[7] = sighting{cpu: 3, ran: 100} // slept since before it was bound

	s.note(7, sighting{cpu: 3, ran: 100})
	if len(s.cpus) != 0 {
		t.Errorf("a thread that has not run was seen on %v", s.cpus)
	}
	s.note(7, sighting{cpu: 0, ran: 200})
	if !s.cpus[0] || s.cpus[3] || s.migrations != 0 {
		t.Errorf("its first run: %v, %d migrations", s.cpus, s.migrations)
	}
	s.note(7, sighting{cpu: 1, ran: 300})
	s.note(7, sighting{cpu: 1, ran: 400})
	s.note(8, sighting{cpu: 0, ran: 1}) // a new thread
	if !s.cpus[1] || s.migrations != 1 {
		t.Errorf("after one move: %v, %d migrations", s.cpus, s.migrations)
	}
}

func TestThisThreadIsSeenOnACPUItMayUse(t *testing.T) {
	s, err := newSightings()
	if err == nil {
		err = s.update()
	}
	if err != nil {
		t.Skip(err)
	}
	allowed, err := affinity(0)
	if err != nil {
		t.Fatal(err)
	}
	for cpu := range s.cpus {
		if allowed[cpu/64]&(1<<(cpu%64)) == 0 {
			t.Errorf("seen on CPU %d, allowed are %v", cpu, allowed.cpus())
		}
	}
}
