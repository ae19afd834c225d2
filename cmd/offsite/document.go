package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"offsite/evidence/detached"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// documentCmd looks at documents that the bureau has issued.
type documentCmd struct {
	Verify documentVerifyCmd `cmd:"" help:"Check documents and the signatures that lie beside them."`
}

type documentVerifyCmd struct {
	Document string `arg:"" help:"Document, or folder of documents with their seals beside them."`
	Seal     string `arg:"" optional:"" help:"Its seal, as downloaded; default: the file of the document's name that ends in .seal.json."`
	Trust    string `default:"trust.json" help:"Keys that are trusted, as published by the bureau." placeholder:"FILE"`
	Language string `enum:"zh,en," default:"" help:"zh or en; default: as the environment says." placeholder:"LANGUAGE"`
	JSON     bool   `help:"Print the report of each document as one JSON line."`
}

// Help is shown by `offsite document verify --help`.
func (documentVerifyCmd) Help() string {
	return "A document's seal is to be had where its code is checked (the QR code on it), and lies beside it in an exported\n" +
		"case. Exit status: 0 all checks hold, 1 something was tampered with, 2 something could not be checked.\n\n" +
		"  offsite document verify decision.pdf decision.seal.json --trust trust.json\n  offsite document verify data/documents --trust data/trust.json"
}

// Run prints one line per check.
func (c *documentVerifyCmd) Run(ctx context.Context) error {
	trust, err := readTrust(c.Trust)
	if err != nil {
		return exitError{2, err}
	}
	list, err := c.list()
	if err != nil {
		return exitError{2, err}
	}
	worst := 0
	for _, path := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := c.one(path, trust)
		if err != nil {
			return exitError{2, err}
		}
		if status := r.Exit(); worst == 0 || status == 1 {
			worst = status
		}
		if err := c.print(path, r); err != nil {
			return err
		}
	}
	if worst != 0 {
		return exitError{worst, errSilent}
	}
	return nil
}

// list are the documents: the one that is named, or those of a folder.
func (c *documentVerifyCmd) list() ([]string, error) {
	info, err := os.Stat(c.Document)
	if err != nil || !info.IsDir() {
		return []string{c.Document}, err
	}
	if c.Seal != "" {
		return nil, errors.New("a folder's seals lie beside its documents: name one document with its seal, or the folder alone")
	}
	list, err := filepath.Glob(filepath.Join(c.Document, "*.pdf"))
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("look for documents in %s: no file in it ends in .pdf", c.Document)
	}
	return list, err
}

func (c *documentVerifyCmd) one(path string, trust *seal.Trust) (verify.Report, error) {
	beside := c.Seal
	if beside == "" {
		beside = strings.TrimSuffix(path, filepath.Ext(path)) + detached.Suffix
	}
	text, err := readSmall(beside, c.Seal != "")
	if errors.Is(err, fs.ErrNotExist) && c.Seal == "" {
		text, err = nil, nil
	}
	if err != nil {
		return verify.Report{}, fmt.Errorf("read the seal: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return verify.Report{}, fmt.Errorf("read the document: %w", err)
	}
	defer f.Close()
	return detached.Check(f, text, trust)
}

func (c *documentVerifyCmd) print(path string, r verify.Report) error {
	if c.JSON {
		return printLine(struct {
			Document string `json:"document"`
			verify.Report
		}{path, r})
	}
	fmt.Println(path)
	v := verification{zh: chinese(c.Language)}
	for _, check := range r.Checks {
		v.printCheck(check)
	}
	return nil
}
