// Package postgres runs a private PostgreSQL cluster in the data folder, for
// bureaus that bring no database of their own.
//
// In: a folder and a logger. Out: an address for pgx. The cluster listens on a
// unix socket only; where we are root, it runs as the user postgres, since
// PostgreSQL refuses root. It is stopped cleanly, started again when it
// crashes, and recovers what an earlier process left behind after a kill.
package postgres
