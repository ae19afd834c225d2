package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// load reads text as a configuration file the way the binary does.
func load(t *testing.T, text string, args ...string) (*Config, error) {
	t.Helper()
	f, err := Parse("offsite.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	if err := f.Validate(nil); err != nil {
		return nil, err
	}
	var c Config
	app, err := kong.New(&c, Variables(), kong.Resolvers(f))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Parse(args); err != nil {
		return nil, err
	}
	return &c, c.Check(f)
}

func TestWrongSettingsAreNamed(t *testing.T) {
	open := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(open, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"unknown key":           {"s3:\n  endpont: http://x:1\n", "offsite.yaml:2: s3.endpont: there is no such setting; did you mean s3.endpoint?"},
		"twice":                 {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "already defined"},
		"bad address":           {"\nlisten: eighty\n", `offsite.yaml:2: listen: "eighty" is not an address; write it like 127.0.0.1:8080`},
		"bad scheme":            {"tsa:\n  url: ftp://a\n", "offsite.yaml:2: tsa.url: this is not a http:// or https:// address"},
		"missing partner":       {"s3:\n  endpoint: http://x:1\n", "s3.access_key: missing, though s3.endpoint is set; set it too"},
		"open secret":           {"payment:\n  key_file: " + open + "\n", "others can read " + open},
		"no such file":          {"onnxruntime:\n  library: /nowhere.so\n", "offsite.yaml:2: onnxruntime.library: there is no file /nowhere.so"},
		"bad network":           {"cameras:\n  networks: [10.0.0.0/8, home]\n", `offsite.yaml:2: cameras.networks: "home" is not a network`},
		"bad cadence":           {"cameras:\n  cadence: 1h\n", "offsite.yaml:2: cameras.cadence: 1h0m0s between looks cannot be"},
		"calls by nobody":       {"reminder:\n  calls: true\n", "reminder.url: missing, though reminder.calls is set"},
		"calls at once":         {"reminder:\n  url: http://x:1\n  calls: true\n  call_after: 1s\n", "offsite.yaml:4: reminder.call_after: 1s without a receipt cannot be; give 1m to 1h"},
		"bad log name":          {"transparency:\n  origin: https://a/log\n", `offsite.yaml:2: transparency.origin: "https://a/log" is no name of a log; write it like`},
		"mail to nobody's host": {"mail:\n  from: a@b.cn\n", "mail.host: missing, though other settings of mail are given"},
		"mail host and port":    {"mail:\n  host: m:25\n  from: a@b.cn\n", `offsite.yaml:2: mail.host: "m:25" is not a host; write it like mail.example.gov.cn, and the port in mail.port`},
		"mail port":             {"mail:\n  host: m\n  port: 70000\n  from: a@b.cn\n", "offsite.yaml:3: mail.port: 70000 is no port"},
		"mail from nobody":      {"mail:\n  host: m\n", `mail.from: "" is no e-mail address; write it like notice@example.gov.cn`},
		"mail header":           {"mail:\n  host: m\n  from: \"a@b.cn\\r\\nBcc: c@d.cn\"\n", "is no e-mail address"},
		"mail without password": {"mail:\n  host: m\n  from: a@b.cn\n  username: u\n", "mail.password_file: missing, though mail.username is set"},
		"mail in clear":         {"mail:\n  host: m\n  from: a@b.cn\n  tls: none\n", "offsite.yaml:4: mail.tls: e-mails would go unencrypted over the network; give required"},
		"mail by what":          {"mail:\n  host: m\n  from: a@b.cn\n  tls: sometimes\n", `mail.tls: "sometimes" is no way of encryption`},
		"mail's open secret":    {"mail:\n  host: m\n  from: a@b.cn\n  username: u\n  password_file: " + open + "\n", "others can read " + open},
		"no YAML":               {"a: [", "this is not YAML"},
		"a list":                {"- a\n", "expected \"key: value\" lines"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, tc.text)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestMailInClearStaysOnThisMachine(t *testing.T) {
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		if _, err := load(t, "mail:\n  host: '"+host+"'\n  from: a@b.cn\n  tls: none\n"); err != nil {
			t.Error(err)
		}
	}
	if _, err := load(t, ""); err != nil {
		t.Error("without mail: ", err)
	}
}

func TestOrderOfSources(t *testing.T) {
	const text = "listen: 127.0.0.1:1\ns3:\n  bucket: of-file\n  region: of-file\n"
	t.Setenv("OFFSITE_S3_BUCKET", "of-env")
	c, err := load(t, text, "--listen=127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.S3.Bucket != "of-env" || c.S3.Region != "of-file" || c.Data != "data" {
		t.Errorf("flag, environment, file, default gave %q %q %q %q", c.Listen, c.S3.Bucket, c.S3.Region, c.Data)
	}
}

func TestPrintIsReadBackAndHidesPasswords(t *testing.T) {
	c, err := load(t, "database:\n  url: postgres://u:hunter2@db/offsite\ncameras:\n  cadence: 3s\n")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the password is printed:\n%s", &out)
	}
	again, err := load(t, out.String())
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if again.Cameras.Cadence != c.Cameras.Cadence || len(again.Cameras.Networks) != 4 {
		t.Errorf("read back %+v", again.Cameras)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("listen: 127.0.0.1:8080\n")
	f.Add("s3:\n  endpoint: http://x:1\ncameras:\n  networks: [a, b]\n")
	f.Add("- a\n- {b: [}")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f.yaml", []byte(text))
		if err == nil {
			_ = file.Validate(nil)
		}
	})
}
