package tsa

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// register is the list of tokens that were issued, one a line: serial number,
// time, digest. It lets the authority say later what it did and did not sign.
type register struct{ f *os.File }

func openRegister(dir string) (*register, error) {
	f, err := os.OpenFile(filepath.Join(dir, "issued.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open register of tokens: %w", err)
	}
	return &register{f}, nil
}

// enter adds a line with one write, which appends whole.
func (r *register) enter(serial *big.Int, at time.Time, digest []byte) error {
	if _, err := fmt.Fprintf(r.f, "%x %s %x\n", serial, at.Format(time.RFC3339), digest); err != nil {
		return fmt.Errorf("enter token in register: %w", err)
	}
	return nil
}

func (r *register) close() { r.f.Close() }
