package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// Go offers no way to bind a goroutine to a CPU: goroutines move freely between the runtime's
// threads. What can be bound is the whole process, and that is what this file does, and proves.

// cpuSet is the kernel's affinity mask, wide enough for 8192 CPUs, the most that Linux can have.
type cpuSet [8192 / 64]uint64

func newCPUSet(cpus []int) (set cpuSet, err error) {
	for _, cpu := range cpus {
		if cpu < 0 || cpu >= len(set)*64 {
			return set, fmt.Errorf("there is no CPU %d", cpu)
		}
		set[cpu/64] |= 1 << (cpu % 64)
	}
	return set, nil
}

func (set *cpuSet) cpus() []int {
	cpus := []int{}
	for cpu := 0; cpu < len(set)*64; cpu++ {
		if set[cpu/64]&(1<<(cpu%64)) != 0 {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

func affinityCall(number uintptr, thread int, set *cpuSet) error {
	_, _, errno := syscall.RawSyscall(number, uintptr(thread), unsafe.Sizeof(*set),
		uintptr(unsafe.Pointer(set)))
	if errno != 0 {
		return errno
	}
	return nil
}

func setAffinity(thread int, set cpuSet) error {
	return affinityCall(syscall.SYS_SCHED_SETAFFINITY, thread, &set)
}

func affinity(thread int) (set cpuSet, err error) {
	err = affinityCall(syscall.SYS_SCHED_GETAFFINITY, thread, &set)
	return set, err
}

// threads lists the process's threads by their kernel ids.
func threads() ([]int, error) {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return nil, err
	}
	ids := make([]int, len(entries))
	for i, entry := range entries {
		if ids[i], err = strconv.Atoi(entry.Name()); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// bindThreads confines every thread of the process to the set. The runtime has started some before
// main began; later ones inherit the mask of the thread that makes them. A thread that this pass has
// not reached may make another meanwhile, so passes are repeated until one finds nothing to do.
func bindThreads(set cpuSet) error {
	for settled := false; !settled; {
		ids, err := threads()
		if err != nil {
			return err
		}
		settled = true
		for _, id := range ids {
			changed, err := bindThread(id, set)
			if errors.Is(err, syscall.ESRCH) {
				continue // it has ended meanwhile
			}
			if err != nil {
				return fmt.Errorf("cannot run on CPUs %v: %w", set.cpus(), err)
			}
			if changed {
				settled = false
			}
		}
	}
	return nil
}

// bindThread reads the mask back, because the kernel silently drops CPUs that are not there, or are
// forbidden to this cgroup, as long as one is left.
func bindThread(id int, set cpuSet) (changed bool, err error) {
	found, err := affinity(id)
	if err != nil || found == set {
		return false, err
	}
	if err = setAffinity(id, set); err != nil {
		return false, err
	}
	if found, err = affinity(id); err == nil && found != set {
		err = fmt.Errorf("only %v may be used", found.cpus())
	}
	return true, err
}
