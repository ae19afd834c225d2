package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"offsite/casework/quota"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/verify"
)

// commands are what the scripts do beside offsite.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"firstkey": firstKey, "hold": hold, "status": status,
		"putlog": putLog, "putfigures": putFigures, "servelog": serveLog, "forklog": forkLog, "spoil": spoil,
		"pictures": drawPictures,
	}
}

// firstKey DATA ALGORITHM NAME sets the variable to the id of the first key.
func firstKey(ts *testscript.TestScript, _ bool, args []string) {
	trust, err := seal.OpenTrust(ts.MkAbs(filepath.Join(args[0], "keys", "trust.json")))
	ts.Check(err)
	for _, k := range trust.Keys {
		if k.Algorithm == args[1] {
			ts.Setenv(args[2], k.ID)
			return
		}
	}
	ts.Fatalf("there is no %s key", args[1])
}

// hold FILE locks the file, as a running process does.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_RDWR, 0o600)
	ts.Check(err)
	ts.Check(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
	ts.Defer(func() { file.Close() })
}

// status N COMMAND… runs the command, which must end with that status.
func status(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != want {
		ts.Fatalf("it ended with %v, not with status %d", err, want)
	}
}

func openScriptLog(ts *testscript.TestScript, dir string) *translog.Log {
	l, err := translog.Open(context.Background(), translog.Options{
		Dir: ts.MkAbs(dir), KeyFile: ts.MkAbs(dir + ".key"), Origin: "specimen.invalid/log", Interval: 100 * time.Millisecond,
	})
	ts.Check(err)
	return l
}

// records enters n process records at once.
func records(ts *testscript.TestScript, l *translog.Log, name string, n int) {
	failed := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		sum := sha256.Sum256(fmt.Append(nil, name, i))
		e := proof.Entry{Kind: proof.KindCase, ID: fmt.Sprintf("%s/%d", name, i), SHA256: hex.EncodeToString(sum[:]), At: time.Unix(int64(i), 0)}
		all.Go(func() { _, failed[i] = l.Record(context.Background(), e) })
	}
	all.Wait()
	ts.Check(errors.Join(failed...))
}

// putLog DIR TRUST BUNDLE enters a bundle among forty records, and writes the
// bundle and what is to be trusted.
func putLog(ts *testscript.TestScript, _ bool, args []string) {
	vectors := ts.Getenv("VECTORS")
	trust, err := seal.OpenTrust(filepath.Join(vectors, "trust.json"))
	ts.Check(err)
	tar, err := os.ReadFile(filepath.Join(vectors, "good-minimal.tar"))
	ts.Check(err)
	report, err := verify.Bundle(context.Background(), bytes.NewReader(tar), trust, verify.Options{})
	ts.Check(err)
	l := openScriptLog(ts, args[0])
	defer l.Stop()
	records(ts, l, "before", 20)
	_, err = l.Record(context.Background(), proof.BundleEntry(report.Bundle, report.ManifestSHA256, report.SealedAt))
	ts.Check(err)
	records(ts, l, "after", 20)
	trusted := l.Trusted()
	trust.Log = &trusted
	ts.Check(trust.Write(ts.MkAbs(args[1])))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), tar, 0o600))
}

// putFigures DIR TRUST TEXT enters a month's figures of a township among ten records, and
// writes them, their receipt and what is to be trusted.
func putFigures(ts *testscript.TestScript, _ bool, args []string) {
	s := quota.Sealed{Format: quota.SealedFormat, Bureau: "测试局", Month: "2026-10", Level: quota.Township, Area: "甲镇", Townships: []string{"甲镇"}, At: time.Unix(1_800_000_000, 0),
		Quotas: []quota.Quota{{Key: "record_check", Numerator: 31, Denominator: 100, Value: 0.31, Unit: "share"}, {Key: "time_to_close", Numerator: 9, Denominator: 9, Value: 3.5417, Unit: "days"}}}
	text, err := json.Marshal(s)
	ts.Check(err)
	l := openScriptLog(ts, args[0])
	defer l.Stop()
	records(ts, l, "before", 10)
	receipt, err := l.Record(context.Background(), s.Entry(text))
	ts.Check(err)
	trusted := l.Trusted()
	trust := &seal.Trust{Log: &trusted}
	ts.Check(trust.Write(ts.MkAbs(args[1])))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), text, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(receiptPath(args[2])), receipt, 0o600))
}

// serveLog DIR NAME serves the log and sets the variable to its address.
func serveLog(ts *testscript.TestScript, _ bool, args []string) {
	server := httptest.NewServer(translog.Handler(ts.MkAbs(args[0])))
	ts.Defer(server.Close)
	ts.Setenv(args[1], server.URL)
}

// forkLog DIR begins the log anew, under its name and key.
func forkLog(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.RemoveAll(ts.MkAbs(args[0])))
	l := openScriptLog(ts, args[0])
	defer l.Stop()
	records(ts, l, "forked", 100)
}

// spoil DIR changes one entry on the disk.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	changed := false
	ts.Check(filepath.WalkDir(ts.MkAbs(filepath.Join(args[0], "tile", "entries")), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		changed = changed || strings.Contains(string(text), "forked/7")
		return os.WriteFile(path, bytes.ReplaceAll(text, []byte("forked/7"), []byte("forked/8")), 0o600)
	}))
	if !changed {
		ts.Fatalf("there was nothing to spoil")
	}
}
