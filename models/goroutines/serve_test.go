package main

import (
	"net"
	"testing"
)

func requestOf(number uint64, bytes int) []byte {
	message := make([]byte, bytes)
	for i := range message {
		if i < 8 {
			message[i] = byte(number >> (8 * i))
		} else {
			message[i] = byte(number + uint64(i))
		}
	}
	return message
}

func TestRepliesCountWhatIsWhole(t *testing.T) {
	kernel := echo{load: load{bytes: 20}}
	if answer := kernel.reply(requestOf(300, 20)); answer != 301 {
		t.Errorf("request 300 counts %d", answer)
	}
	garbled := requestOf(300, 20)
	garbled[19]++
	if answer := kernel.reply(garbled); answer != 0 {
		t.Errorf("a garbled request counts %d", answer)
	}
}

func TestSlowRequestsAreTheShareAskedFor(t *testing.T) {
	slow := 0
	kernel := echo{slowPermille: 10}
	for number := uint64(0); number < 100000; number++ {
		if kernel.isSlow(number) {
			slow++
		}
	}
	if slow < 950 || slow > 1050 {
		t.Errorf("%d of 100000 are slow", slow)
	}
}

// A request may come in pieces, and several in one.
func TestConnectionsAreServedUntilTheyAreClosed(t *testing.T) {
	client, server := net.Pipe()
	served := make(chan tally)
	go func() { served <- echo{load: load{bytes: 16}}.serve(server) }()
	both := append(requestOf(0, 16), requestOf(1, 16)...)
	go func() {
		client.Write(both[:5])
		client.Write(both[5:])
	}()
	for i := range both {
		var one [1]byte
		if _, err := client.Read(one[:]); err != nil || one[0] != both[i] {
			t.Fatalf("byte %d came back as %d (%v)", i, one[0], err)
		}
	}
	client.Close()
	if got := <-served; got != (tally{3, 2}) {
		t.Errorf("served %v", got)
	}
}
