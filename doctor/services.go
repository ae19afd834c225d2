package doctor

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"time"

	"offsite/evidence/vault"
	"offsite/store"
)

// broken tells what could not even be started or reached.
func (f *Findings) broken(_ context.Context, o Options) {
	for _, check := range slices.Sorted(maps.Keys(o.Broken)) {
		f.fail(check, say("无法启动：%v", "it does not start: %v", o.Broken[check]),
			Text{"按上面这句话处理", "do what the sentence says"})
	}
}

func (f *Findings) database(ctx context.Context, o Options) {
	if o.DatabaseURL == "" {
		return
	}
	s, err := store.Look(ctx, o.DatabaseURL)
	switch {
	case err != nil:
		f.fail(Database, say("数据库不可用：%v", "the database cannot be used: %v", err),
			Text{"启动数据库服务，检查 database.url、口令和网络", "start the database server; check database.url, its password and the network"})
	case s.Major < store.LeastMajor:
		f.fail(Database, say("数据库是 PostgreSQL %s，至少需要 %d", "the database is PostgreSQL %s; %d or later is needed", s.Server, store.LeastMajor),
			Text{"升级数据库", "upgrade the database"})
	case s.Unknown > 0:
		f.fail(Database, say("PostgreSQL %s，库表由更新的 Offsite 改过（%d 处）", "PostgreSQL %s, whose tables a later Offsite has changed (%d migrations)", s.Server, s.Unknown),
			Text{"安装那个或更新的版本", "install that version or a later one"})
	case s.Pending > 0:
		f.warn(Database, say("PostgreSQL %s，有 %d 个库表变更待执行", "PostgreSQL %s, %d migrations to come", s.Server, s.Pending),
			Text{"下次启动自动执行；或现在运行 offsite migrate", "the next start does them, or run offsite migrate now"})
	default:
		f.ok(Database, say("PostgreSQL %s，库表为最新（%d）", "PostgreSQL %s, tables up to date (%d migrations)", s.Server, s.Applied))
	}
}

// store attacks the lock as every start does; the store's clock is compared on the way.
func (f *Findings) store(ctx context.Context, o Options) {
	if o.Store == nil {
		return
	}
	_, err := vault.Open(ctx, *o.Store)
	var refused *vault.RefusedError
	switch {
	case errors.As(err, &refused):
		f.fail(StoreLock, say("对象存储不能保全证据：%v", "the object store cannot keep evidence: %v", refused),
			Text{"换用支持对象锁（合规模式）且时钟准确的存储桶", "name a bucket with object lock (compliance mode), and set its clock by NTP"})
	case err != nil:
		f.fail(StoreLock, say("对象存储不可用：%v", "the object store cannot be used: %v", err),
			Text{"启动对象存储，检查 s3.endpoint、密钥和网络", "start the object store; check s3.endpoint, its keys and the network"})
	default:
		f.ok(StoreLock, say("对象锁经受住了攻击（存储桶 %s），存储与本机时钟相差不到一分钟", "the object lock held against every attack (bucket %s), and the store's clock is within a minute of ours", o.Store.Bucket))
	}
}

func (f *Findings) authority(ctx context.Context, o Options) {
	if o.Authority == nil {
		return
	}
	var digest [32]byte
	if _, err := rand.Read(digest[:]); err != nil {
		f.fail(Timestamp, say("没有随机数：%v", "there are no random numbers: %v", err), Text{"重启机器", "restart the machine"})
		return
	}
	began := o.Now()
	token, err := o.Authority.Stamp(ctx, digest)
	if err != nil {
		f.fail(Timestamp, say("时间戳机构不可用：%v", "the timestamp authority cannot be used: %v", err),
			Text{"检查 tsa.url、tsa.ca_file、网络和本机时钟；恢复前证据在暂存区等待", "check tsa.url, tsa.ca_file, the network and this machine's clock; evidence waits in the spool until then"})
		return
	}
	took := o.Now().Sub(began)
	f.ok(Timestamp, say("时间戳机构 %s 在 %d 毫秒内应答，时差 %s", "the authority %s has answered in %d ms; its clock differs by %s", token.Signer, took.Milliseconds(), began.Sub(token.At).Round(time.Second)))
}

// certificate looks at what browsers see of the console.
func (f *Findings) certificate(ctx context.Context, o Options) {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Scheme != "https" {
		return
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "443")
	}
	conn, err := (&tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", address)
	if err != nil {
		f.warn("certificate", say("%s 的证书无法检查：%v", "the certificate of %s cannot be checked: %v", address, err),
			Text{"检查反向代理及其证书，当事人由此打开链接", "look at the proxy and its certificate; parties open their links there"})
		return
	}
	defer conn.Close()
	secured, ok := conn.(*tls.Conn)
	if !ok || len(secured.ConnectionState().PeerCertificates) == 0 {
		return
	}
	f.validity("certificate", address, secured.ConnectionState().PeerCertificates[0].NotAfter, o)
}

// soon is how long before its end a certificate is told.
const soon = 30 * 24 * time.Hour

func (f *Findings) validity(check, name string, end time.Time, o Options) {
	what := say("%s 的证书有效至 %s", "the certificate of %s is valid until %s", name, end.Format(time.DateOnly))
	remedy := Text{"更换证书", "renew it"}
	switch left := end.Sub(o.Now()); {
	case left <= 0:
		f.fail(check, what, remedy)
	case left < soon:
		f.warn(check, what, remedy)
	default:
		f.ok(check, what)
	}
}

// outside looks whether payment provider, SMS gateway and mail server can be reached at all.
func (f *Findings) outside(ctx context.Context, o Options) {
	for _, setting := range slices.Sorted(maps.Keys(o.Outside)) {
		u, err := url.Parse(o.Outside[setting])
		if err != nil || u.Host == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		address := net.JoinHostPort(u.Hostname(), port)
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			f.warn(setting, say("%s 连接不上：%v", "%s cannot be reached: %v", address, err),
				Text{fmt.Sprintf("检查 %s 和网络；恢复前订单、短信和邮件会等待", setting), fmt.Sprintf("check %s and the network; orders, messages and e-mails wait until then", setting)})
			continue
		}
		_ = conn.Close()
		f.ok(setting, say("%s 可以连接", "%s can be reached", address))
	}
}
