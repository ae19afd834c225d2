package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

// Problem is one wrong setting.
type Problem struct {
	Where  string // "offsite.yaml:12", "OFFSITE_TSA_URL", "--tsa.url"
	Key    string // "tsa.url"
	What   string // what is wrong
	Remedy string // what to do
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s: %s: %s; %s", p.Where, p.Key, p.What, p.Remedy)
}

// Check returns every setting that cannot work, joined; nil where all can. It
// looks only at what can be known without connecting anywhere.
func (c *Config) Check(f *File) error {
	k := checker{file: f}
	k.address("listen", c.Listen)
	if c.Metrics.Listen != "" {
		k.address("metrics.listen", c.Metrics.Listen)
	}
	k.url("public_url", c.PublicURL, "http", "https")
	k.url("database.url", c.Database.URL, "postgres", "postgresql")
	k.url("s3.endpoint", c.S3.Endpoint, "http", "https")
	if c.S3.Endpoint != "" {
		k.given("s3.access_key", c.S3.AccessKey, "s3.endpoint is set")
		k.given("s3.secret_key_file", c.S3.SecretKeyFile, "s3.endpoint is set")
	}
	k.secretFile("s3.secret_key_file", c.S3.SecretKeyFile)
	k.url("tsa.url", c.TSA.URL, "http", "https")
	if c.TSA.URL != "" {
		k.given("tsa.ca_file", c.TSA.CAFile, "tsa.url is set")
	}
	k.existing("tsa.ca_file", c.TSA.CAFile)
	for _, entry := range c.TSA.Further {
		url, file := c.TSA.Authority(entry)
		k.url("tsa.further", url, "http", "https")
		k.given("tsa.further", file, "each entry is an address, =, and a file of certificates")
		k.existing("tsa.further", file)
	}
	if o := c.Transparency.Origin; strings.ContainsAny(o, "+ \t\n") || strings.Contains(o, "://") {
		k.add("transparency.origin", fmt.Sprintf("%q is no name of a log", o), "write it like enforce.example.gov.cn/log")
	}
	k.existing("transparency.witness_policy", c.Transparency.WitnessPolicy)
	k.existing("bureau.map", c.Bureau.Map)
	k.url("payment.url", c.Payment.URL, "http", "https")
	k.secretFile("payment.key_file", c.Payment.KeyFile)
	k.url("reminder.url", c.Reminder.URL, "http", "https")
	k.secretFile("reminder.key_file", c.Reminder.KeyFile)
	if c.Reminder.Calls && c.Reminder.URL == "" {
		k.add("reminder.url", "missing, though reminder.calls is set", "set it too: the gateway makes the calls")
	}
	if d := c.Reminder.CallAfter; c.Reminder.Calls && (d < time.Minute || d > time.Hour) {
		k.add("reminder.call_after", fmt.Sprintf("%s without a receipt cannot be", d), "give 1m to 1h")
	}
	k.mail(c.Mail)
	k.oidc(c.OIDC)
	k.existing("onnxruntime.library", c.ONNXRuntime.Library)
	if n := c.ONNXRuntime.Threads; n < 1 || n > 64 {
		k.add("onnxruntime.threads", fmt.Sprintf("%d threads cannot be", n), "give 1 to 64")
	}
	if d := c.Cameras.Cadence; d < 200*time.Millisecond || d > time.Minute {
		k.add("cameras.cadence", fmt.Sprintf("%s between looks cannot be", d), "give 200ms to 1m")
	}
	k.networks("proxies", c.Proxies)
	k.networks("cameras.networks", c.Cameras.Networks)
	k.networks("webhooks.networks", c.Webhooks.Networks)
	k.address("inquiry.listen", c.Inquiry.Listen)
	for _, ip := range c.Inquiry.Addresses {
		if _, err := netip.ParseAddr(ip); err != nil {
			k.add("inquiry.addresses", fmt.Sprintf("%q is no IP address", ip), "give the public address under which inquiry.listen is reached")
		}
	}
	return errors.Join(k.problems...)
}

type checker struct {
	file     *File
	problems []error
}

func (k *checker) add(key, what, remedy string) {
	k.problems = append(k.problems, Problem{k.where(key), key, what, remedy})
}

// where says which source a wrong value came from.
func (k *checker) where(key string) string {
	if env := Variable(key); os.Getenv(env) != "" {
		return env
	}
	if line := k.file.Line(key); line > 0 {
		return fmt.Sprintf("%s:%d", k.file.Path, line)
	}
	return "--" + strings.ReplaceAll(key, "_", "-")
}

func (k *checker) oidc(o OIDC) {
	k.url("oidc.issuer", o.Issuer, "https", "http")
	k.secretFile("oidc.client_secret_file", o.ClientSecretFile)
	if o.Issuer == "" {
		return
	}
	k.given("oidc.client_id", o.ClientID, "oidc.issuer is set")
	k.given("oidc.client_secret_file", o.ClientSecretFile, "oidc.issuer is set")
	if len(o.Roles) == 0 {
		k.add("oidc.roles", "missing, though oidc.issuer is set", "say who is what, as in 执法队=officer")
	}
	for _, pair := range o.Roles {
		if value, role, _ := strings.Cut(pair, "="); strings.TrimSpace(value) == "" || strings.TrimSpace(role) == "" {
			k.add("oidc.roles", fmt.Sprintf("%q names no value and role", pair), "write it like 执法队=officer")
		}
	}
	for _, pair := range o.Townships {
		if value, township, _ := strings.Cut(pair, "="); strings.TrimSpace(value) == "" || strings.TrimSpace(township) == "" {
			k.add("oidc.townships", fmt.Sprintf("%q names no value and township", pair), "write it like 城桥中队=城桥镇, or 区局=* for the whole district")
		}
	}
}

func (k *checker) mail(m Mail) {
	k.secretFile("mail.password_file", m.PasswordFile)
	if m.Host == "" {
		if m.From != "" || m.Username != "" {
			k.add("mail.host", "missing, though other settings of mail are given", "name the mail server, or take the others out")
		}
		return
	}
	if strings.ContainsAny(m.Host, ":/ ") && net.ParseIP(m.Host) == nil {
		k.add("mail.host", fmt.Sprintf("%q is not a host", m.Host), "write it like mail.example.gov.cn, and the port in mail.port")
	}
	if m.Port < 1 || m.Port > 65535 {
		k.add("mail.port", fmt.Sprintf("%d is no port", m.Port), "give 587, or 465 where TLS comes first")
	}
	if a, err := mail.ParseAddress(m.From); err != nil || a.Address != m.From {
		k.add("mail.from", fmt.Sprintf("%q is no e-mail address", m.From), "write it like notice@example.gov.cn")
	}
	if m.Username != "" {
		k.given("mail.password_file", m.PasswordFile, "mail.username is set")
	}
	if m.PasswordFile != "" {
		k.given("mail.username", m.Username, "mail.password_file is set")
	}
	switch m.TLS {
	case "required", "opportunistic":
	case "none":
		if ip := net.ParseIP(m.Host); m.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			k.add("mail.tls", "e-mails would go unencrypted over the network", "give required; none is for a server on this machine")
		}
	default:
		k.add("mail.tls", fmt.Sprintf("%q is no way of encryption", m.TLS), "give required, opportunistic or none")
	}
}

func (k *checker) address(key, v string) {
	if _, _, err := net.SplitHostPort(v); err != nil {
		k.add(key, fmt.Sprintf("%q is not an address", v), "write it like 127.0.0.1:8080")
	}
}

func (k *checker) url(key, v string, schemes ...string) {
	if v == "" {
		return
	}
	u, err := url.Parse(v)
	if err != nil || !slices.Contains(schemes, u.Scheme) || (u.Host == "" && u.Query().Get("host") == "") {
		k.add(key, "this is not a "+strings.Join(schemes, ":// or ")+":// address", "write it like "+schemes[0]+"://host:port")
	}
}

func (k *checker) networks(key string, list []string) {
	for _, n := range list {
		if _, err := netip.ParsePrefix(n); err != nil {
			k.add(key, fmt.Sprintf("%q is not a network", n), "write it like 10.0.0.0/8")
		}
	}
}

func (k *checker) given(key, v, because string) {
	if v == "" {
		k.add(key, "missing, though "+because, "set it too")
	}
}

func (k *checker) existing(key, path string) bool {
	if path == "" {
		return false
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		k.add(key, fmt.Sprintf("there is no file %s", path), "give the path of an existing file")
		return false
	}
	return true
}

func (k *checker) secretFile(key, path string) {
	if !k.existing(key, path) {
		return
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		k.add(key, fmt.Sprintf("others can read %s (mode %04o)", path, info.Mode().Perm()), "run chmod 600 on it and change the secret")
	}
}

// settings lists the keys that a configuration file may hold.
func settings() []string {
	app, err := kong.New(&Config{})
	if err != nil { // the tags above are wrong: the tests of this package fail first
		panic(err)
	}
	var keys []string
	for _, flag := range app.Model.Flags {
		if flag.Name != "help" {
			keys = append(keys, Key(flag.Name))
		}
	}
	slices.Sort(keys)
	return keys
}

func nearest(key string, known []string) string {
	best, distance := "", len(key)/2+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(key, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return "; `offsite config` lists them all"
	}
	return "; did you mean " + best + "?"
}
