package postgres

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the cluster runs as: the user postgres where we are root, else
// ourselves.
type account struct {
	name string
	uid  int
	gid  int
	root bool // we are root and step down
}

func ourAccount() (account, error) {
	if os.Geteuid() != 0 {
		a := account{uid: os.Geteuid(), gid: os.Getegid(), name: "offsite"}
		if u, err := user.LookupId(strconv.Itoa(a.uid)); err == nil {
			a.name = u.Username
		}
		return a, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return account{}, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: run adduser --system --group postgres, or start offsite as another user: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("user postgres has uid %q: %w", u.Uid, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("user postgres has gid %q: %w", u.Gid, err)
	}
	return account{name: "postgres", uid: uid, gid: gid, root: true}, nil
}

// attributes make a child run as the account and end with us.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if a.root {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// own makes dir, for the account alone.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if a.root {
		if err := os.Chown(dir, a.uid, a.gid); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o700) // #nosec G302 -- a folder is entered by its x
}

// open lets the account pass dir, a folder of our own above the cluster's.
func (a account) open(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !a.root || !ok || int(st.Uid) != os.Geteuid() || a.passes(info.Mode().Perm(), st) {
		return nil
	}
	return os.Chmod(dir, info.Mode().Perm()|0o011)
}

// reach checks that the account can pass every folder above dir, and names the
// first that stands in its way.
func (a account) reach(dir string) error {
	if !a.root {
		return nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return fmt.Errorf("look at %s: %w", parent, err)
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && !a.passes(info.Mode().Perm(), st) {
			return fmt.Errorf("the user %s, as whom PostgreSQL runs, cannot pass the folder %s (mode %04o): run chmod o+x %s, or choose another data folder with --data, such as /var/lib/offsite",
				a.name, parent, info.Mode().Perm(), parent)
		}
		if parent == filepath.Dir(parent) {
			return nil
		}
	}
}

func (a account) passes(mode os.FileMode, st *syscall.Stat_t) bool {
	switch {
	case int(st.Uid) == a.uid:
		return mode&0o100 != 0
	case int(st.Gid) == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}
