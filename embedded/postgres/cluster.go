package postgres

import (
	"context"
	"errors"
	"log/slog"
)

// Options say where the cluster lives.
type Options struct {
	DataDir   string // the cluster's own folder, made if missing
	SocketDir string // folder of the unix socket; a short one is chosen where the path would pass 107 bytes
	BinDir    string // folder of initdb and postgres; "" looks for PostgreSQL 15 or later
	Logger    *slog.Logger
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	url string
}

// Start brings the cluster up, made anew on the first run, and returns when it
// accepts connections. It is restarted when it crashes, until Stop or until ctx
// is done.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	return nil, errors.New("start PostgreSQL: not built yet")
}

// URL is the address of the database offsite, for pgxpool.ParseConfig.
func (c *Cluster) URL() string { return c.url }

// Stop shuts the cluster down cleanly and waits for its end.
func (c *Cluster) Stop() {}
