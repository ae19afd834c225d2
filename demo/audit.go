package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// audit downloads a bundle and checks it three times: with offsite verify, with
// sha256sum, and with openssl.
func (c *cast) audit(ctx context.Context, binary, dir, bundle string, out *steps) error {
	auditor, err := c.as("auditor")
	if err != nil {
		return err
	}
	for name, path := range map[string]string{
		"bundle.tar": "/api/v1/evidence/" + bundle + "/bundle.tar", "bundle.tlog-proof": "/api/v1/evidence/" + bundle + "/bundle.tlog-proof", "trust.json": "/api/v1/trust.json",
	} {
		var content []byte
		if err := auditor.call(ctx, "GET", path, nil, &content); err != nil {
			return fmt.Errorf("download for the audit: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return fmt.Errorf("write for the audit: %w", err)
		}
	}
	if err := trusted(dir); err != nil {
		return err
	}
	for _, check := range []struct{ say, command string }{
		{"offsite verify: every check holds, and it stands in the transparency log", shell(binary) + ` verify bundle.tar --trust trust.json --receipt bundle.tlog-proof`},
		{"sha256sum -c: every file is what the seal says", `tar xf bundle.tar && cd ` + bundle + ` && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt`},
		{"openssl pkeyutl -verify: the signature is the bureau's", `openssl pkeyutl -verify -pubin -inkey seal.pub -rawin -in ` + bundle + `/seal/manifest.json -sigfile ` + bundle + `/seal/manifest.sig`},
		{"openssl ts -verify: the time is the authority's", `openssl ts -verify -data ` + bundle + `/seal/manifest.json -in ` + bundle + `/seal/manifest.tsr -CAfile tsa.pem`},
	} {
		cmd := exec.CommandContext(ctx, "sh", "-ec", check.command) // #nosec G204 G702 -- commands of this file; the bundle's id is a UUID
		cmd.Dir = dir
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("audit: %s: %w: %s", check.command, err, strings.TrimSpace(string(text)))
		}
		out.done("%s", check.say)
	}
	return nil
}

// takenAlong has the party take the sealed copies of all evidence of its case along, and
// checks each: nobody else's help is needed for that.
func (c *cast) takenAlong(ctx context.Context, binary, dir string, file caseFile, out *steps) error {
	seen, err := c.file(ctx, "officer", file.ID)
	if err != nil {
		return err
	}
	p, err := openPortal(ctx, c.stage.URL, seen.PortalURL)
	if err != nil {
		return err
	}
	var page portalCase
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // clips take about as long as they last
	defer cancel()
	err = poll(ctx, time.Second, "the party's sealed copies", func() (bool, error) {
		err := p.call(ctx, "GET", "/api/v1/portal/case", nil, &page)
		return len(page.Copies) == len(file.Evidence), err
	})
	if err != nil {
		return err
	}
	for _, one := range page.Copies {
		for name, path := range map[string]string{
			"copy.tar": "/api/v1/portal/copies/" + one.Bundle + "/bundle.tar", "copy.tlog-proof": "/api/v1/portal/copies/" + one.Bundle + "/bundle.tlog-proof", "trust.json": "/api/v1/trust.json",
		} {
			var content []byte
			if err := p.call(ctx, "GET", path, nil, &content); err != nil {
				return fmt.Errorf("download the party's copy: %w", err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				return fmt.Errorf("keep the party's copy: %w", err)
			}
		}
		cmd := exec.CommandContext(ctx, binary, "verify", "copy.tar", "--trust", "trust.json", "--receipt", "copy.tlog-proof", "--json") // #nosec G204 -- this program itself
		cmd.Dir = dir
		text, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("verify the party's copy %s: %w: %s", one.Bundle, err, text)
		}
		if !bytes.Contains(text, []byte(`"parent_bundle"`)) {
			return fmt.Errorf("the party's copy %s does not say of which bundle it is: %s", one.Bundle, text)
		}
	}
	out.done("the party has taken %d sealed copies along, people and vehicles covered, each naming its original", len(page.Copies))
	return nil
}

// trusted takes the public key and the authority's certificate out of trust.json.
func trusted(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "trust.json"))
	if err != nil {
		return fmt.Errorf("read what is trusted: %w", err)
	}
	var trust struct {
		Keys []struct {
			Algorithm string `json:"algorithm"`
			PublicPEM string `json:"public_key_pem"`
		} `json:"keys"`
		Authorities []struct {
			CertificatePEM string `json:"certificate_pem"`
		} `json:"timestamp_authorities"`
	}
	if err := json.Unmarshal(text, &trust); err != nil {
		return fmt.Errorf("read what is trusted: %w", err)
	}
	var keys, certificates strings.Builder
	for _, k := range trust.Keys {
		if strings.EqualFold(k.Algorithm, "ed25519") {
			keys.WriteString(k.PublicPEM)
		}
	}
	for _, a := range trust.Authorities {
		certificates.WriteString(a.CertificatePEM)
	}
	for name, content := range map[string]string{"seal.pub": keys.String(), "tsa.pem": certificates.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("write what is trusted: %w", err)
		}
	}
	return nil
}

// shell quotes a path for sh.
func shell(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
