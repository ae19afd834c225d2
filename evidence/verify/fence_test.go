package verify_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The verifier must run anywhere and reach nothing. net is in it for the sake of
// crypto/x509 and can use C for names, which it is told not to here.
func TestVerifierImportsTheFormatAlone(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-deps", "offsite/evidence/verify", "offsite/evidence/removal", "offsite/evidence/detached")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, not := range []string{"runtime/cgo", "net/http", "github.com/jackc/pgx", "github.com/minio/minio-go", "offsite/evidence/vault", "offsite/evidence/keep", "offsite/evidence/spool"} {
			if dep == not || strings.HasPrefix(dep, not+"/") {
				t.Errorf("the verifier reaches %s", dep)
			}
		}
	}
}
