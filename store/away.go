package store

import (
	"errors"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away says that err comes of a database that cannot be reached just now: nobody
// listens, the connection broke under a statement, or the server is starting, stopping
// or full. A statement whose connection broke may have been carried out; what was asked
// is looked at again before it is repeated.
func Away(err error) bool {
	var told *pgconn.PgError
	if errors.As(err, &told) {
		switch told.Code {
		case "57P01", "57P02", "57P03", // it stops, has crashed, or starts
			"53300": // all its connections are taken
			return true
		}
		return strings.HasPrefix(told.Code, "08") // connection exception
	}
	var refused *pgconn.ConnectError
	if errors.As(err, &refused) {
		return true
	}
	var request *url.Error // the store's or an authority's connection, not the database's
	if errors.As(err, &request) {
		return false
	}
	var broken *net.OpError
	return errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}
