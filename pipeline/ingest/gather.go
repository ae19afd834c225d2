package ingest

import (
	"bufio"
	"net"
)

// gatherBytes is what is read from a camera's socket at a time: about two pictures between key
// pictures at 4 Mbit/s. The client reads 4 KiB, three RTP packets, for each call of the kernel.
const gatherBytes = 32 << 10

// gathering is a connection of which more is read at a time than is asked for.
type gathering struct {
	net.Conn
	ahead *bufio.Reader
}

func gather(conn net.Conn) net.Conn {
	return gathering{conn, bufio.NewReaderSize(conn, gatherBytes)}
}

// Read implements net.Conn.
func (g gathering) Read(p []byte) (int, error) { return g.ahead.Read(p) }
