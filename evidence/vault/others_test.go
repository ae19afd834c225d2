package vault_test

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"offsite/evidence/vault"
)

var (
	wanted  = flag.String("stores", "", "other stores to examine, separated by commas")
	tools   = flag.String("tools", "", "folder of their programs, as make conformance fills it")
	figures = flag.String("figures", "", "folder to write conformance.md to")
)

// other is a store of somebody else, started as a process.
type other struct {
	name, version string
	endpoint      string
}

const otherKey, otherSecret = "conformance", "conformance-secret"

func (o other) options() vault.Options {
	return vault.Options{Endpoint: o.endpoint, AccessKey: otherKey, SecretKey: otherSecret}
}

func (o other) title() string { return strings.TrimSpace(o.name + " " + o.version) }

// startOther starts a store and waits until it answers.
func startOther(t *testing.T, name string) other {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	o := other{name: name, endpoint: fmt.Sprintf("http://127.0.0.1:%d", port)}
	var cmd *exec.Cmd
	switch name {
	case "moto":
		bin := filepath.Join(*tools, "moto", "bin")
		o.version = version(t, `(.+)`, filepath.Join(bin, "python"), "-c", "import moto; print(moto.__version__)")
		cmd = exec.Command(filepath.Join(bin, "moto_server"), "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	case "s3mock":
		jars, err := filepath.Glob(filepath.Join(*tools, "s3mock", "s3mock-*.jar"))
		if err != nil || len(jars) != 1 {
			t.Fatalf("s3mock is not there: %v %v; run make conformance", jars, err)
		}
		o.version = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(jars[0]), "s3mock-"), "-exec.jar")
		cmd = exec.Command("java", "-jar", jars[0], fmt.Sprintf("--server.port=%d", port+1), fmt.Sprintf("--com.adobe.testing.s3mock.http-port=%d", port),
			"--com.adobe.testing.s3mock.store.root="+dir)
		cmd.Env = append(os.Environ(), fmt.Sprintf("HTTP_PORT=%d", port), "server.port=0")
	case "minio":
		minio := filepath.Join(*tools, "minio", "minio")
		o.version = version(t, `\bmod\s+\S+\s+(v\S+)`, "go", "version", "-m", minio)
		cmd = exec.Command(minio, "server", "--quiet", "--address", fmt.Sprintf("127.0.0.1:%d", port), "--console-address", fmt.Sprintf("127.0.0.1:%d", freePort(t)), dir)
		cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+otherKey, "MINIO_ROOT_PASSWORD="+otherSecret)
	default:
		t.Fatalf("-stores: there is no %q; take minio, moto or s3mock", name)
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it said tells more
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	tick, late := time.NewTicker(100*time.Millisecond), time.After(3*time.Minute)
	defer tick.Stop()
	for {
		res, err := http.Get(o.endpoint + "/")
		if err == nil {
			res.Body.Close()
			if res.StatusCode < 500 {
				return o
			}
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatalf("%s ended: %s", name, &said)
		case <-late:
			t.Fatalf("%s does not answer: %v", name, err)
		}
	}
}

// version is what a program says of itself, where the pattern finds it.
func version(t *testing.T, pattern, program string, arguments ...string) string {
	t.Helper()
	out, err := exec.Command(program, arguments...).Output()
	if err != nil {
		t.Fatalf("%s: %v; run make conformance", program, err)
	}
	found := regexp.MustCompile(pattern).FindSubmatch(out)
	if found == nil {
		t.Fatalf("%s does not tell its version: %s", program, out)
	}
	return string(found[1])
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// plain takes out of a store's words what differs from run to run.
func plain(text string) string {
	text = regexp.MustCompile(`\d{4}-\d{2}-\d{2}T[0-9:]+Z`).ReplaceAllString(text, "…")
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+`).ReplaceAllString(text, "…")
}
