package main

import (
	"github.com/alecthomas/kong"

	"offsite/config"
)

// configured is the configuration that flags give, and its data folder, open for a
// process; close the folder.
func configured(process string, flags ...string) (*config.Config, *dataFolder, error) {
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		return nil, nil, err
	}
	if _, err := parser.Parse(flags); err != nil {
		return nil, nil, err
	}
	folder, err := openData(&c, process)
	return &c, folder, err
}
