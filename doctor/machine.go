package doctor

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"offsite/casework/document"
	"offsite/embedded/postgres"
)

// Under these, five cameras do not run well, by docs/performance.md.
const (
	fewCores     = 2
	littleMemory = 2 << 30
	leastMemory  = 1 << 30
	littleDisk   = 10 << 30
	leastDisk    = 1 << 30
)

func (f *Findings) processor(_ context.Context, _ Options) {
	n := runtime.NumCPU()
	what := say("%d 个处理器核心，%s", "%d processor cores, %s", n, runtime.GOARCH)
	if n < fewCores {
		f.warn("processor", what, Text{"处理器不足，摄像头查看会被延迟；至少配 2 核", "looks will be late; give the machine at least 2 cores"})
		return
	}
	f.ok("processor", what)
}

func (f *Findings) memory(_ context.Context, _ Options) {
	total, available, err := memory()
	if err != nil {
		f.warn("memory", say("内存无法读取：%v", "memory cannot be read: %v", err), Text{"检查 /proc 是否挂载", "see that /proc is mounted"})
		return
	}
	what := say("内存共 %s，可用 %s", "%s of memory, %s free to use", size(total), size(available))
	remedy := Text{"增加内存：五路摄像头约需 1 GiB", "give the machine more: five cameras take about 1 GiB"}
	switch {
	case total < leastMemory:
		f.fail("memory", what, remedy)
	case total < littleMemory || available < leastMemory/2:
		f.warn("memory", what, remedy)
	default:
		f.ok("memory", what)
	}
}

// memory reads bytes in all and free to use.
func memory() (total, available int64, err error) {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			continue
		}
		switch fields[0] {
		case "MemTotal:":
			total = n << 10
		case "MemAvailable:":
			available = n << 10
		}
	}
	return total, available, nil
}

// size writes bytes for a person.
func size(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

func (f *Findings) disk(_ context.Context, o Options) {
	dir := o.Data
	if dir == "" {
		dir = "."
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		f.fail("disk", say("数据目录 %s 无法查看：%v", "the data folder %s cannot be looked at: %v", dir, err),
			Text{"建立该目录或用 --data 指定另一个", "make the folder, or name another with --data"})
		return
	}
	free, total := int64(fs.Bavail)*fs.Bsize, int64(fs.Blocks)*fs.Bsize // #nosec G115 -- of a disk
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	what := say("%s 所在磁盘剩余 %s，共 %s", "the disk of %s has %s left of %s", dir, size(free), size(total))
	remedy := Text{"清理磁盘或扩容；证据暂存区最多占一半", "make room or a larger disk; the spool of evidence takes up to half of it"}
	switch {
	case free < leastDisk:
		f.fail("disk", what, remedy)
	case free < littleDisk || free < total/20:
		f.warn("disk", what, remedy)
	default:
		f.ok("disk", what)
	}
}

// clock asks the kernel whether the time is kept by NTP; store and authority are
// compared with it by their own checks.
func (f *Findings) clock(_ context.Context, o Options) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	now := o.Now().Format("2006-01-02 15:04:05 -07:00")
	switch {
	case err != nil:
		f.warn("clock", say("时间 %s；内核不告知是否已同步：%v", "it is %s; the kernel does not tell whether that is kept right: %v", now, err),
			Text{"用 NTP 校时", "keep the clock by NTP"})
	case state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0:
		f.warn("clock", say("时间 %s，未经 NTP 同步", "it is %s, not kept by NTP", now),
			Text{"启用 chrony 或 systemd-timesyncd；时钟偏差超过一分钟时证据会等待", "run chrony or systemd-timesyncd; evidence waits while the clock is more than a minute off"})
	default:
		f.ok("clock", say("时间 %s，已同步，估计误差 %d 毫秒", "it is %s, kept by NTP, off by an estimated %d ms", now, t.Esterror/1000))
	}
}

func (f *Findings) fonts(_ context.Context, o Options) {
	if _, err := document.New(o.Fonts); err != nil {
		f.fail("fonts", say("文书字体不能用：%v", "the fonts of the documents cannot be used: %v", err),
			Text{"执行 apt-get install fonts-arphic-gbsn00lp fonts-arphic-gkai00mp，或设置 documents.song 和 documents.kai", "run apt-get install fonts-arphic-gbsn00lp fonts-arphic-gkai00mp, or set documents.song and documents.kai"})
		return
	}
	f.ok("fonts", Text{"文书字体齐全", "the fonts of the documents are there"})
}

func (f *Findings) postgres(_ context.Context, o Options) {
	if !o.PostgreSQL {
		return
	}
	dir, version, err := postgres.Installed()
	if err != nil {
		f.fail("postgresql", say("没有可用的 PostgreSQL：%v", "there is no PostgreSQL to use: %v", err),
			Text{"执行 apt-get install postgresql-15，或设置 database.url", "run apt-get install postgresql-15, or set database.url"})
		return
	}
	f.ok("postgresql", say("%s，在 %s", "%s, in %s", version, dir))
}
