package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"offsite/config"
	"offsite/evidence/seal"
)

// keyCmd is about the keys that seal evidence. Changes want two people: keyChange.
type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Make the first sealing key of an algorithm."`
	List   keyListCmd   `cmd:"" help:"List the sealing keys that there are and were, and how long their seals count."`
	Rotate keyRotateCmd `cmd:"" help:"Put a new sealing key in the place of the one in force."`
	Revoke keyRevokeCmd `cmd:"" help:"Take a sealing key that was in force out of trust, for cause."`
}

// keyFolder is the data folder whose keys are meant.
type keyFolder struct {
	Data string `default:"data" help:"Data folder, whose keys/ is meant." placeholder:"DIR"`
}

func (f keyFolder) trustPath() string { return filepath.Join(f.Data, "keys", "trust.json") }

// follow says what is left to do after a change of keys.
const follow = "It is entered in the transparency log at the next start. Give the new keys/ to every machine that watches, and the new trust.json to those who verify."

type keyCreateCmd struct {
	Change    keyChange `embed:""`
	Algorithm string    `enum:"ed25519,sm2" default:"ed25519" help:"ed25519, which every bundle is sealed with, or sm2, which seals beside it (GB/T 32918)."`
	PKCS11    string    `name:"pkcs11" help:"Make the key in this PKCS#11 token, which it never leaves." placeholder:"URI"`
}

// Help is shown by `offsite key create --help`.
func (keyCreateCmd) Help() string {
	return "`offsite up` makes an Ed25519 key by itself where there never was one. SM2 seals begin with the next start.\n\n  offsite key create --algorithm sm2 --data /var/lib/offsite --by admin --with wang\n  offsite key create --pkcs11 'pkcs11:token=bureau?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/offsite/pin'"
}

// Run makes the key.
func (c *keyCreateCmd) Run(ctx context.Context, file *config.File) error {
	return c.Change.run(ctx, file, "create", "", func(r *seal.Ring) error {
		r.MakeIn(c.PKCS11)
		k, err := r.Create(c.Algorithm)
		if err != nil {
			return err
		}
		fmt.Printf("Key %s (%s) seals from the next start on. %s\n", k.ID, k.Algorithm, follow)
		return nil
	})
}

type keyListCmd struct {
	Folder keyFolder `embed:""`
	JSON   bool      `help:"Print each as one JSON line, as it stands in trust.json."`
}

// Help is shown by `offsite key list --help`.
func (keyListCmd) Help() string {
	return "Reads keys/trust.json alone; a running Offsite is not disturbed.\n\n  offsite key list --data /var/lib/offsite"
}

// Run lists the keys, oldest first.
func (c *keyListCmd) Run() error {
	trust, err := seal.OpenTrust(c.Folder.trustPath())
	if err != nil {
		return err
	}
	if len(trust.Keys) == 0 {
		return fmt.Errorf("%s names no key; `offsite up` makes the first one, or `offsite key create`", c.Folder.trustPath())
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "id\talgorithm\tfrom\tstate")
	}
	for _, k := range trust.Keys {
		if c.JSON {
			if err := printLine(k); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", k.ID, k.Algorithm, k.ValidFrom.Format(time.RFC3339), stateOf(k, time.Now()))
	}
	return t.Flush()
}

// stateOf says in words whether a key's seals count.
func stateOf(k seal.TrustedKey, now time.Time) string {
	switch {
	case k.Revoked != "" && k.RevokedSince == nil:
		return "revoked, no seal of it counts: " + k.Revoked
	case k.Revoked != "":
		return fmt.Sprintf("revoked since %s: %s", k.RevokedSince.Format(time.RFC3339), k.Revoked)
	case k.ValidTo == nil:
		return "in force"
	case k.ValidTo.After(now):
		return "replaced, new seals count until " + k.ValidTo.Format(time.RFC3339)
	}
	return "replaced, seals count that were made until " + k.ValidTo.Format(time.RFC3339)
}

type keyRotateCmd struct {
	Change    keyChange `embed:""`
	Algorithm string    `enum:"ed25519,sm2" default:"ed25519" help:"Which key: ed25519 or sm2."`
	PKCS11    string    `name:"pkcs11" help:"Make the new key in this PKCS#11 token, or with the word file in a file; default: where the old one is." placeholder:"URI"`
}

// Help is shown by `offsite key rotate --help`.
func (keyRotateCmd) Help() string {
	return "Offsite must not be running: stop it, rotate, start it; cameras are blind for that time. What the old key has\nsealed goes on counting. The old key stays in keys/ as retired-ID.pem.\n\n  offsite key rotate --data /var/lib/offsite --by admin --with wang"
}

// Run rotates.
func (c *keyRotateCmd) Run(ctx context.Context, file *config.File) error {
	return c.Change.run(ctx, file, "rotate", "", func(r *seal.Ring) error {
		old, err := r.Current(c.Algorithm)
		if err != nil {
			return fmt.Errorf("%w; make the first key with offsite key create", err)
		}
		r.MakeIn(c.PKCS11)
		k, err := r.Rotate(c.Algorithm)
		if err != nil {
			return err
		}
		fmt.Printf("Key %s (%s) seals from the next start on, in place of %s, whose seals count until %s. %s\n",
			k.ID, k.Algorithm, old.ID(), k.ValidFrom.Add(seal.Overlap).Format(time.RFC3339), follow)
		return nil
	})
}

type keyRevokeCmd struct {
	Change keyChange `embed:""`
	ID     string    `arg:"" help:"Key, as in offsite key list."`
	Why    string    `required:"" help:"Reason, published in trust.json." placeholder:"TEXT"`
	Since  string    `required:"" help:"From when on its seals do not count, by their timestamps: a date, a time as in 2026-01-31T12:00:00+08:00, or ever." placeholder:"TIME"`
}

// Help is shown by `offsite key revoke --help`.
func (keyRevokeCmd) Help() string {
	return "Offsite must not be running, and a key in force is rotated first. Seals that a timestamp proves to be older than\n--since go on counting; --since ever makes all evidence worthless that the key has sealed.\n\n  offsite key revoke 9f86d081884c7d65 --why \"laptop stolen\" --since 2026-01-31 --by admin --with wang"
}

// Run revokes.
func (c *keyRevokeCmd) Run(ctx context.Context, file *config.File) error {
	since, err := parseSince(c.Since, time.Now())
	if err != nil {
		return exitError{2, err}
	}
	return c.Change.run(ctx, file, "revoke", c.Why, func(r *seal.Ring) error {
		if err := r.Revoke(c.ID, c.Why, since); err != nil {
			return err
		}
		k, _ := r.Trust().Key(c.ID)
		fmt.Printf("Key %s is %s. %s\n", k.ID, stateOf(k, time.Now()), follow)
		return nil
	})
}

// parseSince reads a time; the zero time is "ever".
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "ever" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return at, fmt.Errorf("--since %q: this is no time; write 2026-01-31, 2026-01-31T12:00:00+08:00 or ever", text)
	}
	if at.After(now) {
		return at, fmt.Errorf("--since %s lies ahead; a key that shall end then is rotated then", text)
	}
	return at, nil
}
