package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Installed tells which PostgreSQL a private cluster would run: the folder of its
// programs and its version in words.
func Installed() (dir, version string, err error) {
	if dir, err = binaries(""); err != nil {
		return "", "", err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output() // #nosec G204 -- found by binaries
	if err != nil {
		return "", "", fmt.Errorf("ask %s for its version: %w", dir, err)
	}
	return dir, strings.TrimSpace(strings.TrimPrefix(string(out), "postgres ")), nil
}

// Running is the address of the database of the cluster in dataDir that another
// process runs; "" where none does.
func Running(dataDir string) (string, error) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", fmt.Errorf("look for a running PostgreSQL: %w", err)
	}
	c := &Cluster{o: Options{DataDir: dir}}
	pid, err := c.postmaster()
	if err != nil || pid == 0 {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return "", fmt.Errorf("look for a running PostgreSQL: %w", err)
	}
	const socketLine = 4 // of postmaster.pid, from 0
	lines := strings.Split(string(text), "\n")
	if len(lines) <= socketLine || lines[socketLine] == "" {
		return "", fmt.Errorf("look for a running PostgreSQL: %s names no socket", filepath.Join(dir, "postmaster.pid"))
	}
	c.socket = lines[socketLine]
	return c.URL(), nil
}

// Dump writes the database at url to w, as Restore reads it.
func Dump(ctx context.Context, url string, w io.Writer) error {
	return tool(ctx, url, nil, w, "pg_dump", "--format=custom", "--no-owner", "--no-privileges")
}

// Restore reads into the empty database at url what Dump wrote: all of it or
// nothing.
func Restore(ctx context.Context, url string, r io.Reader) error {
	return tool(ctx, url, r, nil, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
}

// tool runs one of PostgreSQL's programs on the database at address. The password
// goes by the environment, since everybody sees arguments.
func tool(ctx context.Context, address string, in io.Reader, out io.Writer, name string, args ...string) error {
	dir, err := binaries("")
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("the database's address cannot be read; write it as postgres://user:password@host/database")
	}
	env := os.Environ()
	if password, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	// Beside the server itself: PATH may hold links to a few of its programs alone.
	if server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
		dir = filepath.Dir(server)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, name), append(args, "--dbname="+u.String())...) // #nosec G204 -- PostgreSQL's own, found by binaries
	var told bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = "/", env, in, out, &told
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, tail(told.Bytes()))
	}
	return nil
}
