package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"offsite/config"
	"offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// verifyCmd checks bundles without network, database or store.
type verifyCmd struct {
	Bundles     []string           `arg:"" help:"Bundles to check, as downloaded, or folders of them, or s3://BUCKET/PREFIX; - reads one from standard input."`
	Trust       string             `default:"trust.json" help:"Keys and certificates that are trusted, as published by the bureau." placeholder:"FILE"`
	Receipt     string             `help:"The transparency log's receipt of the bundle, where one bundle is checked; default: the file of the bundle's name that ends in .tlog-proof." placeholder:"FILE"`
	Chain       bool               `help:"Also check that no bundle of a camera is missing among them, unless a removal record says that the law had it deleted; give all bundles and removal records of a time."`
	Logged      bool               `help:"Refuse a bundle or a removal record without the log's receipt."`
	Replay      bool               `help:"Also make the finding again from the sealed pixels, by the sealed models and parameters."`
	Explain     bool               `help:"Say of each check what it shows."`
	Language    string             `enum:"zh,en," default:"" help:"zh or en; default: as the environment says." placeholder:"LANGUAGE"`
	JSON        bool               `help:"Print the report of each bundle as one JSON line."`
	S3          s3Access           `embed:"" prefix:"s3."`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Help is shown by `offsite verify --help`.
func (verifyCmd) Help() string {
	return "Exit status: 0 all checks hold, 1 something was tampered with, 2 something could not be checked.\nThe same can be done with sha256sum and openssl: see docs/verify-yourself.md. Of a folder or a bucket, the\nbundles that do not hold are printed, and a summary; of a bucket, every version of each is checked. Removal\nrecords (BUNDLE.removal.json, or removal.json in the bundle's place) are checked beside them.\n\n  offsite verify bundle.tar --trust trust.json --explain --language zh\n  offsite verify bundle.tar --receipt bundle.tlog-proof --replay\n  offsite verify bundles/ --chain\n  offsite verify s3://offsite-evidence/bundles/2026/11/ --s3.endpoint https://store.example --s3.access-key auditor --s3.secret-key-file key"
}

// Run prints one line per check.
func (c *verifyCmd) Run(ctx context.Context) error {
	trust, err := readTrust(c.Trust)
	if err != nil {
		return exitError{2, err}
	}
	list, whole, err := c.list(ctx)
	if err != nil {
		return exitError{2, err}
	}
	if c.Receipt != "" && len(list) > 1 {
		return exitError{2, errors.New("--receipt is of one bundle; beside several, put each receipt next to its bundle, under its name with .tlog-proof")}
	}
	again := &replayer{wanted: c.Replay, library: c.ONNXRuntime}
	defer again.close()
	v := &verification{cmd: c, trust: trust, again: again, quiet: whole && !c.Explain, zh: chinese(c.Language), began: time.Now()}
	if err := v.run(ctx, list); err != nil {
		return exitError{2, err}
	}
	if v.status != 0 {
		return exitError{v.status, errSilent}
	}
	return nil
}

// chinese says whether sentences are wanted in Chinese: as asked for, else as the
// environment says.
func chinese(asked string) bool {
	language := cmp.Or(asked, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	return strings.HasPrefix(language, "zh")
}

// list finds the bundles; whole says that a folder or a bucket was named.
func (c *verifyCmd) list(ctx context.Context) (list []source, whole bool, err error) {
	for _, path := range c.Bundles {
		if strings.HasPrefix(path, s3Scheme) {
			found, err := c.S3.bucketSources(ctx, path)
			if err != nil {
				return nil, true, err
			}
			list, whole = append(list, found...), true
			continue
		}
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.IsDir() {
			list = append(list, fileSource(path, c.Receipt)) // opening it says what is wrong
			continue
		}
		before := len(list)
		err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && checkable(path) {
				list = append(list, fileSource(path, ""))
			}
			return err
		})
		if err == nil && len(list) == before {
			err = errors.New("no file in it ends in .tar, or is the record of a removal")
		}
		if err != nil {
			return nil, true, fmt.Errorf("look for bundles in %s: %w", path, err)
		}
		whole = true
	}
	return list, whole, nil
}

// verification checks bundles, several at a time, and prints them in order.
type verification struct {
	cmd   *verifyCmd
	trust *seal.Trust
	again *replayer
	quiet bool // print what does not hold
	zh    bool
	began time.Time
	bar   *progressbar.ProgressBar // nil where none is shown

	status                         int
	hold, tampered, unsure, logged int
	bytes                          int64
	chain                          []verify.Report // without their checks
	records                        int             // of removals
	gone                           []verify.Removal
}

// checked is what came of one bundle.
type checked struct {
	from   source
	report verify.Report
	gone   *verify.Removal // by a removal record that holds
	logged bool            // the log's receipt was looked at
	err    error
	unread bool // the error is that it, or its receipt, could not be read
}

func (v *verification) run(ctx context.Context, list []source) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && len(list) > 1 {
		v.bar = progressbar.NewOptions(len(list), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(200*time.Millisecond))
	}
	for c := range v.all(ctx, list) {
		if c.err != nil && (!c.unread || len(list) == 1 || ctx.Err() != nil) {
			return c.err
		}
		if c.unread {
			c.report = unreadable(c)
		}
		if err := v.take(c); err != nil {
			return err
		}
	}
	if v.bar != nil {
		_ = v.bar.Finish() // it is only shown
	}
	if v.cmd.Chain {
		if err := v.chained(); err != nil {
			return err
		}
	}
	if (v.quiet || len(list) > 1) && !v.cmd.JSON {
		v.summary(len(list) - v.records)
	}
	return ctx.Err()
}

// all checks the bundles and gives them in their order.
func (v *verification) all(ctx context.Context, list []source) func(yield func(checked) bool) {
	return func(yield func(checked) bool) {
		ahead := runtime.GOMAXPROCS(0)
		results := make(chan chan checked, ahead) // so many are under way
		go func() {
			defer close(results)
			for _, from := range list {
				one := make(chan checked, 1)
				select {
				case results <- one:
				case <-ctx.Done():
					return
				}
				go func() { one <- v.one(ctx, from) }()
			}
		}()
		for one := range results {
			if !yield(<-one) {
				return
			}
		}
	}
}

func (v *verification) one(ctx context.Context, from source) checked {
	c := checked{from: from}
	var o verify.Options
	if o.LogProof, c.err = from.receipt(ctx); c.err != nil {
		c.unread = true
		return c
	}
	c.logged = o.LogProof != nil
	if removal.Is(from.name) {
		c.report, c.gone, c.err = from.gone(ctx, v.trust, removal.Options{Receipt: o.LogProof, Logged: v.cmd.Logged})
		c.unread = c.err != nil
		return c
	}
	c.report, c.err = from.check(ctx, v.trust, o)
	c.unread = c.err != nil
	if c.err == nil && v.cmd.Replay {
		c.err = v.again.replay(ctx, from, &c.report)
	}
	if c.err == nil && v.cmd.Logged && !c.logged {
		c.report.Checks = append(c.report.Checks, verify.Check{Name: verify.CheckLog, Unchecked: true, File: verify.LogProof,
			ZH: "没有日志回执 " + from.wanted, EN: "there is no receipt of the transparency log, " + from.wanted})
	}
	return c
}

// unreadable is the report of one among several that could not be read: the others are
// checked all the same.
func unreadable(c checked) (r verify.Report) {
	name := verify.CheckContainer
	if removal.Is(c.from.name) {
		r.Kind, name = removal.Kind, verify.CheckRemoval
	}
	r.CannotTell(name, "", "无法读取，未能核对："+c.err.Error(), "it could not be read: "+c.err.Error())
	return r
}

// take counts and prints what came of a bundle.
func (v *verification) take(c checked) error {
	if v.bar != nil {
		_ = v.bar.Add(1)
	}
	status := c.report.Exit()
	v.judge(status)
	v.count(c, status)
	if v.quiet && status == 0 && !v.cmd.JSON {
		return nil
	}
	if v.bar != nil {
		_ = v.bar.Clear()
	}
	return v.print(c)
}

// count keeps what the summary says, and what the chain is made of.
func (v *verification) count(c checked, status int) {
	if c.report.Kind == removal.Kind {
		v.records++
		if c.gone != nil {
			v.gone = append(v.gone, *c.gone)
		}
		return
	}
	v.bytes += c.report.Bytes
	if c.logged {
		v.logged++
	}
	switch status {
	case 0:
		v.hold++
	case 1:
		v.tampered++
	default:
		v.unsure++
	}
	if v.cmd.Chain && status != 1 && !c.unread {
		light := c.report
		light.Checks = nil
		v.chain = append(v.chain, light)
	}
}

// judge remembers the worst: tampered with (1) outweighs not checked (2).
func (v *verification) judge(status int) {
	if v.status == 0 || status == 1 {
		v.status = status
	}
}

// chained looks at all bundles together.
func (v *verification) chained() error {
	r := verify.Report{Checks: verify.Chain(v.chain, v.gone...)}
	v.judge(r.Exit())
	if v.cmd.JSON {
		return printLine(r)
	}
	for _, check := range r.Checks {
		v.printCheck(check)
	}
	return nil
}

func (v *verification) summary(n int) {
	took := time.Since(v.began).Round(time.Millisecond)
	if v.zh {
		fmt.Printf("共 %d 个证据包：%d 个无误，%d 个被改动，%d 个未能核对；%d 个核对了日志回执；%.1f MiB，用时 %s\n",
			n, v.hold, v.tampered, v.unsure, v.logged, float64(v.bytes)/(1<<20), took)
		if v.records > 0 {
			fmt.Printf("另有删除记录 %d 份：%d 份成立\n", v.records, len(v.gone))
		}
		return
	}
	fmt.Printf("%d bundles: %d hold, %d were tampered with, %d could not be checked; of %d the log's receipt was looked at; %.1f MiB in %s\n",
		n, v.hold, v.tampered, v.unsure, v.logged, float64(v.bytes)/(1<<20), took)
	if v.records > 0 {
		fmt.Printf("%d removal records: %d hold\n", v.records, len(v.gone))
	}
}

func (v *verification) print(c checked) error {
	r := c.report
	if v.cmd.JSON {
		return printLine(r)
	}
	form := map[bool]string{true: "%s：证据包 %s，摄像机 %s\n", false: "%s: bundle %s of camera %s\n"}
	if r.Kind == removal.Kind {
		form = map[bool]string{true: "%s：证据包 %s 的删除记录，摄像机 %s\n", false: "%s: removal record of bundle %s of camera %s\n"}
	}
	if c.unread {
		fmt.Println(c.from.name)
	} else {
		fmt.Printf(form[v.zh], c.from.name, r.Bundle, r.Camera)
	}
	for i, check := range r.Checks {
		v.printCheck(check)
		if v.cmd.Explain && (i == len(r.Checks)-1 || r.Checks[i+1].Name != check.Name) {
			zh, en := verify.Explain(check.Name)
			v.line("     ", "", zh, en)
		}
	}
	if v.trust.Log != nil && !c.logged && !v.cmd.Logged && !c.unread {
		en, zh := "not looked at: there is no "+c.from.wanted, "未核对：没有 "+c.from.wanted
		v.line("-    ", verify.CheckLog, zh, en)
	}
	return nil
}

func (v *verification) printCheck(c verify.Check) {
	word := "ok   "
	switch {
	case c.Unchecked:
		word = "?    "
	case !c.OK:
		word = "WRONG"
	}
	v.line(word, c.Name, c.ZH, c.EN)
}

func (v *verification) line(word, name, zh, en string) {
	sentence := en
	if v.zh {
		sentence = zh
	}
	fmt.Printf("  %s %-10s %s\n", word, name, sentence)
}

func readTrust(path string) (*seal.Trust, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what is trusted: %w; download trust.json from the bureau's console, or name it with --trust", err)
	}
	defer file.Close()
	trust, err := seal.ReadTrust(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return trust, nil
}
