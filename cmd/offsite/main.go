// Command offsite enforces without being there: it watches cameras, finds
// violations, seals evidence and carries the case to its end.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/willabides/kongplete"

	"offsite/config"
	"offsite/evidence/seal"
	"offsite/evidence/seal/hsm"
)

// version is set by the build.
var version = "dev"

// exitError carries an exit status for outcomes that scripts tell apart.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }

func main() {
	seal.RegisterTokens(hsm.Tokens())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err == nil {
		return
	}
	code := 1
	var exit exitError
	if errors.As(err, &exit) {
		code = exit.code
	}
	if err.Error() != "" {
		fmt.Fprintln(os.Stderr, "offsite: "+err.Error())
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) error {
	var line cli
	options := []kong.Option{
		kong.Name("offsite"),
		kong.Description("Non-contact enforcement (非现场执法): from camera to closed case.\n\nStart with `offsite up --demo`, then open the address it prints."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.UsageOnError(),
		config.Variables(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	}
	var file *config.File
	if path := config.Locate(args, os.Getenv); path != "" {
		var err error
		if file, err = config.Read(path); err != nil {
			return err
		}
		if err := file.Validate(nil); err != nil {
			return err
		}
		options = append(options, kong.Resolvers(file))
	}
	parser, err := kong.New(&line, append(options, kong.Bind(file))...)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	kongplete.Complete(parser)
	command, err := parser.Parse(args)
	if err != nil {
		var parse *kong.ParseError
		if errors.As(err, &parse) {
			return exitError{2, fmt.Errorf("%w; see offsite --help", err)}
		}
		return err
	}
	return command.Run()
}
