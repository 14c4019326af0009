package main

import (
	"encoding/binary"
	"io"
	"net"
)

// echo is a server that sends back what it gets. A request is its number, lowest byte first, and
// bytes that follow from it.
type echo struct {
	load
	slowPermille uint64
	slowNs       int64
}

// load is what clients ask of a server; a rate of 0 is a closed loop.
type load struct{ connections, requests, rate, bytes uint64 }

// reply is the request as it is. It returns 0 for a garbled one, which makes a wrong answer.
func (k echo) reply(request []byte) uint64 {
	number := binary.LittleEndian.Uint64(request)
	for i := 8; i < len(request); i++ {
		if request[i] != byte(number+uint64(i)) {
			return 0
		}
	}
	if k.isSlow(number) {
		workFor(k.slowNs)
	}
	return number + 1
}

func (k echo) isSlow(number uint64) bool {
	const golden = 11400714819323198485 // 2^64 / golden ratio
	return ((number*golden)>>32)*1000>>32 < k.slowPermille
}

// runServe answers each connection in a goroutine, which waits on the runtime's own poller. The
// first of them lets the clients go, once all are ready.
func runServe(kernel echo, clock *stopwatch) tally {
	if kernel.slowPermille > 0 {
		nsPerWorkStep()
	}
	clients := connectClients(kernel.load)
	defer clients.close()
	all := throughGate(kernel.connections, clock, func(task uint64) tally {
		if task == 0 {
			clients.begin()
		}
		return kernel.serve(clients.sockets[task])
	})
	clients.finish(clock.probe)
	return all
}

// serve answers until the client closes the connection. One that breaks off is its own witness, who
// says so.
func (k echo) serve(socket net.Conn) (mine tally) {
	message := make([]byte, k.bytes)
	for {
		if _, err := io.ReadFull(socket, message); err != nil {
			return mine
		}
		mine.answer += k.reply(message)
		if _, err := socket.Write(message); err != nil {
			return mine
		}
		mine.ops++
	}
}
