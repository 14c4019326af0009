package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
)

// The least that a goroutine takes: its smallest stack, 2 KiB, and its descriptor, about 400 bytes.
// Measured with Go 1.19: 3.0 KB each for a million that are parked.
const goroutineBytes = 2048 + 400

// fits says why so many goroutines cannot all be alive here, or nil. It is asked for participants of
// a gate, which are; a tree's tasks are not (fib(30) makes 2.7 million and peaks at 0.3 GB).
func fits(goroutines uint64) error { return fitsEach(goroutines, goroutineBytes) }

// fitsEach is the same for goroutines that take more than the least.
func fitsEach(goroutines, each uint64) error {
	check := func(bytes uint64, source string) error {
		if goroutines <= bytes/each {
			return nil
		}
		return fmt.Errorf("%d goroutines of at least %d bytes exceed %s, %d MB",
			goroutines, each, source, bytes/1e6)
	}
	if kilobytes, found := readNumber("/proc/meminfo", `MemAvailable: +(\d+) kB`); found {
		if err := check(kilobytes*1024, "the memory that is available"); err != nil {
			return err
		}
	}
	// The cgroup's use is not subtracted: it counts cached files, which would make room.
	group := readMatch("/proc/self/cgroup", `(?m)^0::(.*)$`)
	if limit, found := readNumber("/sys/fs/cgroup"+group+"/memory.max", `^(\d+)\n`); found {
		return check(limit, "the cgroup's memory.max")
	}
	return nil
}

// fitsDescriptors says why so many connections cannot all be open here, or nil. Go has raised the
// limit to what it may be raised to.
func fitsDescriptors(connections uint64) error {
	const spare = 32
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if connections+spare > limit.Cur {
		return fmt.Errorf("%d connections take a descriptor each; RLIMIT_NOFILE is %d", connections, limit.Cur)
	}
	return fitsEach(connections, goroutineBytes)
}

// anonymousMemory is what of the program is in memory and no part of a file, in bytes.
func anonymousMemory() (bytes int64, known bool) {
	resident, knowsAll := readNumber("/proc/self/statm", `^\d+ (\d+)`)
	shared, knowsShared := readNumber("/proc/self/statm", `^\d+ \d+ (\d+)`)
	return (int64(resident) - int64(shared)) * int64(os.Getpagesize()), knowsAll && knowsShared
}

// kernelMemory is what the kernel keeps, for whomever: stacks, page tables and slabs, in bytes.
func kernelMemory() (bytes int64, known bool) {
	for _, entry := range []string{"KernelStack", "PageTables", "Slab"} {
		kilobytes, found := readNumber("/proc/meminfo", entry+`: +(\d+) kB`)
		if !found {
			return 0, false
		}
		bytes += int64(kilobytes) * 1024
	}
	return bytes, true
}

// readMatch returns what the pattern's group matches in a file, or "" if that cannot be read.
func readMatch(file, pattern string) string {
	text, _ := os.ReadFile(file)
	match := regexp.MustCompile(pattern).FindSubmatch(text)
	if match == nil {
		return ""
	}
	return string(match[1])
}

func readNumber(file, pattern string) (number uint64, found bool) {
	number, err := strconv.ParseUint(readMatch(file, pattern), 10, 64)
	return number, err == nil
}
