package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/willabides/kongplete"

	"offsite/config"
)

// cli is the command line. Each command is one file of this folder.
type cli struct {
	Up       upCmd       `cmd:"" help:"Start everything in one data folder: database, store, timestamps, console, cameras."`
	Serve    serveCmd    `cmd:"" help:"Start console, API and jobs, without watching cameras."`
	Watch    watchCmd    `cmd:"" help:"Watch cameras and seal evidence, without the console."`
	Camera   cameraCmd   `cmd:"" help:"Examine a camera, or play videos as cameras."`
	Replay   replayCmd   `cmd:"" help:"Run recorded videos through the detectors, as fast as possible."`
	Verify   verifyCmd   `cmd:"" help:"Check an evidence bundle, offline."`
	Document documentCmd `cmd:"" help:"Check that documents are the bureau's, offline, by the signatures beside them."`
	Key      keyCmd      `cmd:"" help:"Create, list, rotate and revoke the keys that seal evidence."`
	Log      logCmd      `cmd:"" help:"Check, prove and watch a transparency log, without trusting its keeper."`
	Case     caseCmd     `cmd:"" help:"Hand a case over."`
	Audit    auditCmd    `cmd:"" help:"Audit evidence by samples that nobody can choose."`
	Model    modelCmd    `cmd:"" help:"List, show, try and measure models."`
	Bench    benchCmd    `cmd:"" help:"Measure this machine with this program."`
	Demo     demoCmd     `cmd:"" help:"Run the whole loop by itself, from camera to verified, paid case."`
	Simulate simulateCmd `cmd:"" help:"Play years of casework in minutes and check that no law was broken."`
	Backup   backupCmd   `cmd:"" help:"Write everything that must survive into a folder, encrypted."`
	Restore  restoreCmd  `cmd:"" help:"Read a backup into an empty data folder, and verify it."`
	Doctor   doctorCmd   `cmd:"" help:"Look at the machine, the services and the data folder, and say what to do."`
	Migrate  migrateCmd  `cmd:"" help:"Bring a database to this version's schema."`
	Sandbox  sandboxCmd  `cmd:"" help:"Play the payment provider or the SMS gateway, for demonstrations."`
	Config   configCmd   `cmd:"" help:"Print the effective configuration, without secrets."`
	Version  versionCmd  `cmd:"" help:"Print the version."`

	InstallCompletions kongplete.InstallCompletions `cmd:"" help:"Print how to complete offsite's commands in your shell."`
}

type configCmd struct {
	Settings settings `embed:""`
}

// settings are the flags shared by every command that runs a part of Offsite.
type settings struct {
	config.Config `embed:""`

	File string `name:"config" help:"YAML file with settings; default: offsite.yaml in the data folder." placeholder:"FILE"`
}

// Help is shown by `offsite config --help`.
func (configCmd) Help() string {
	return "The output is a complete configuration file:\n\n  offsite config > offsite.yaml"
}

// Run prints the configuration, then fails if it cannot work.
func (c *configCmd) Run(file *config.File) error {
	if err := c.Settings.Print(os.Stdout); err != nil {
		return err
	}
	return c.Settings.Check(file)
}

type versionCmd struct{}

// Run prints the version and what it was built with.
func (versionCmd) Run() error {
	fmt.Printf("offsite %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
