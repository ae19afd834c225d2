package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strconv"

	"offsite/casework/document"
	"offsite/config"
	"offsite/doctor"
	"offsite/embedded/postgres"
)

// doctorCmd looks at everything that Offsite stands on.
type doctorCmd struct {
	Settings settings `embed:""`
	JSON     bool     `help:"Print the findings as JSON."`
}

// Help is shown by `offsite doctor --help`.
func (doctorCmd) Help() string {
	return "Without a data folder or a configuration, the machine alone is looked at. Private services that do not run are\n" +
		"started for the examination and stopped again. Exit status: 0 nothing fails, 1 something does.\n\n  offsite doctor\n  offsite doctor --data /var/lib/offsite --json"
}

// Run examines and prints.
func (c *doctorCmd) Run(ctx context.Context, file *config.File) error {
	conf := &c.Settings.Config
	if err := conf.Check(file); err != nil {
		return err
	}
	o := doctor.Options{
		Library: runtimeLibrary(conf.ONNXRuntime), Threads: conf.ONNXRuntime.Threads,
		Fonts:      document.Fonts{Song: conf.Documents.Song, Kai: conf.Documents.Kai},
		PostgreSQL: conf.Database.URL == "", Broken: map[string]error{},
		PublicURL: conf.PublicURL, Outside: map[string]string{"payment.url": conf.Payment.URL, "reminder.url": conf.Reminder.URL, "mail.host": smtpAddress(conf.Mail)},
	}
	stop, err := c.reach(ctx, conf, &o)
	defer stop()
	if err != nil {
		return err
	}
	found, err := doctor.Examine(ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(found)
	} else {
		err = found.Write(os.Stdout)
	}
	if err == nil && found.Worst() == doctor.Fail {
		return exitError{1, errSilent}
	}
	return err
}

// smtpAddress is the mail server as an address; "" of none.
func smtpAddress(m config.Mail) string {
	if m.Host == "" {
		return ""
	}
	return "smtp://" + net.JoinHostPort(m.Host, strconv.Itoa(m.Port))
}

// reach says how the services are reached: the bureau's as configured, private ones
// where they run, else started from an idle data folder until stop.
func (c *doctorCmd) reach(ctx context.Context, conf *config.Config, o *doctor.Options) (stop func(), err error) {
	p, private := &platform{}, false
	stop = p.Stop
	_, err = os.Stat(conf.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return stop, fmt.Errorf("look at the data folder: %w", err)
	}
	if err == nil {
		folder, err := openData(conf, "up")
		var inUse inUseError
		if err != nil && !errors.As(err, &inUse) {
			return stop, err
		}
		if private = err == nil; private {
			stop = func() { p.Stop(); folder.Close() }
		}
		o.Data, o.Transparency = conf.Data, transparencyDir(conf)
	}
	log := newLogger(io.Discard, conf.Log)
	for check, start := range map[string]func(context.Context, *config.Config, bool, *slog.Logger) error{
		doctor.Database: p.database, doctor.StoreLock: p.objects, doctor.Timestamp: p.stampers,
	} {
		if !private && !own(conf, check) {
			continue
		}
		if err := start(ctx, conf, private, log); err != nil {
			o.Broken[check] = err
		}
	}
	o.DatabaseURL = p.databaseURL
	if len(p.authorities) > 0 {
		o.Authority = p.authorities[0].client
	}
	if p.store.Endpoint != "" {
		o.Store = &p.store
	}
	if o.Data != "" && o.DatabaseURL == "" && o.Broken[doctor.Database] == nil { // it runs beside us
		if o.DatabaseURL, err = postgres.Running(conf.Path("postgres")); err != nil {
			o.Broken[doctor.Database] = err
		}
	}
	return stop, nil
}

// own tells whether the service that a check looks at is the bureau's own.
func own(c *config.Config, check string) bool {
	return map[string]string{doctor.Database: c.Database.URL, doctor.StoreLock: c.S3.Endpoint, doctor.Timestamp: c.TSA.URL}[check] != ""
}
