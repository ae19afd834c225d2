package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
)

// trust reads trust.json; nil where there is no data folder or it has none yet.
func (o Options) trust() (*seal.Trust, error) {
	path := filepath.Join(o.Data, "keys", "trust.json")
	if _, err := os.Stat(path); o.Data == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return seal.OpenTrust(path)
}

func (f *Findings) keys(_ context.Context, o Options) {
	trust, err := o.trust()
	if trust == nil && err == nil {
		return
	}
	var key *seal.Key
	if err == nil {
		key, err = seal.Open(filepath.Join(o.Data, "keys", "seal.pem"))
	}
	if err != nil {
		f.fail("keys", say("封存密钥不能用：%v", "the sealing key cannot be used: %v", err),
			Text{"从备份恢复 keys/，并检查其权限", "bring keys/ back from the backup, and look at its permissions"})
		return
	}
	t, known := trust.Key(key.ID())
	if !known || !t.CountsAt(o.Now()) {
		f.fail("keys", say("trust.json 不承认正在使用的封存密钥 %s", "trust.json does not say that the sealing key %s is in force", key.ID()),
			Text{"停机后执行 offsite key rotate", "stop Offsite and run offsite key rotate"})
		return
	}
	f.ok("keys", say("封存密钥 %s 有效，trust.json 共列 %d 把", "the sealing key %s is in force; trust.json names %d", key.ID(), len(trust.Keys)))
}

// authorities looks how long the timestamp authorities' certificates are valid.
func (f *Findings) authorities(_ context.Context, o Options) {
	trust, err := o.trust()
	if err != nil || trust == nil {
		return // keys has told it
	}
	for _, a := range trust.Authorities {
		block, _ := pem.Decode([]byte(a.CertificatePEM))
		if block == nil {
			continue
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			f.validity("authority", c.Subject.CommonName, c.NotAfter, o)
		}
	}
}

func (f *Findings) log(ctx context.Context, o Options) {
	trust, err := o.trust()
	if err != nil || trust == nil || trust.Log == nil || o.Transparency == "" {
		return
	}
	if _, err := os.Stat(filepath.Join(o.Transparency, "checkpoint")); errors.Is(err, fs.ErrNotExist) {
		return // another node keeps it
	}
	seen, err := translog.Look(ctx, translog.Folder(o.Transparency), *trust.Log)
	if err != nil {
		f.fail("log", say("公开日志有误：%v", "the transparency log is wrong: %v", err),
			Text{"见 docs/operations.md 的 Transparency log 一节", "see “Transparency log” in docs/operations.md"})
		return
	}
	f.ok("log", say("公开日志 %s 有 %d 条，签名有效", "the transparency log %s has %d entries and is signed", seen.Origin, seen.Size))
}

// waits is how old evidence in the spool may get before it is told.
const waits = 10 * time.Minute

// spool looks at what waits for store, authority or database.
func (f *Findings) spool(_ context.Context, o Options) {
	if o.Data == "" {
		return
	}
	entries, err := os.ReadDir(filepath.Join(o.Data, "spool", "entries"))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		f.fail("spool", say("暂存区无法读取：%v", "the spool cannot be read: %v", err), Text{"检查磁盘和权限", "look at the disk and at its permissions"})
		return
	}
	if len(entries) == 0 {
		f.ok("spool", Text{"没有证据在等待", "no evidence waits"})
		return
	}
	var oldest time.Duration
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			oldest = max(oldest, o.Now().Sub(info.ModTime()))
		}
	}
	what := say("%d 份证据在等待，最久 %s", "%d bundles wait, the longest for %s", len(entries), oldest.Round(time.Second))
	if oldest > waits {
		f.warn("spool", what, Text{"启动 Offsite，恢复存储、时间戳机构或数据库；证据在磁盘上是安全的", "start Offsite and bring store, authority or database back; on the disk the evidence is safe"})
		return
	}
	f.ok("spool", what)
}
