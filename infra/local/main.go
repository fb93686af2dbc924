// Command local runs the system that template.yaml describes on this machine, until Ctrl-C: `make dev`.
//
// It checks the tools, shows what it is doing, fills a new data directory by the program that --seed names, writes
// dev.json for scripts, and greets with a first screen. All it knows of the program that it hosts stands in program.go
// and screen.txt.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guanxi/infra/local/cloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp), err != nil && ctx.Err() != nil: // asked to end
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	template, dir, seed          string
	port, controlPort, tokenPort int
	parameters                   parameters
}

// parameters collects Name=Value.
type parameters map[string]string

func (p parameters) String() string { return "" }

func (p parameters) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("%q is not Name=Value", s)
	}
	p[name] = value
	return nil
}

func parse(args []string) (options, error) {
	o := options{parameters: hostedParameters()}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.StringVar(&o.template, "template", "template.yaml", "the SAM template")
	flags.StringVar(&o.dir, "dir", ".local", "where data, logs and dev.json lie")
	flags.StringVar(&o.seed, "seed", "", "a command that fills a new data directory")
	flags.IntVar(&o.port, "port", 8080, "of the API; 0 takes a free one")
	flags.IntVar(&o.controlPort, "control-port", 8081, "of the control port; 0 takes a free one")
	flags.IntVar(&o.tokenPort, "issuer-port", 8082, "of the token issuer; 0 takes a free one")
	flags.Var(o.parameters, "parameter", "Name=Value of a template parameter; may be repeated")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood; -h lists the options", flags.Arg(0))
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if err := checkTools(ctx); err != nil {
		return err
	}
	began := time.Now()
	say := func(doing string) { fmt.Printf("%6.1f s  %s\n", time.Since(began).Seconds(), doing) }
	c, err := cloud.Start(ctx, cloud.Config{
		Template: o.template, Parameters: o.parameters, Dir: o.dir,
		APIPort: o.port, ControlPort: o.controlPort, IssuerPort: o.tokenPort, Progress: say,
	})
	if err != nil {
		return portHint(err)
	}
	defer func() {
		say("stopping")
		c.Stop()
	}()
	for _, repaired := range c.Repaired {
		say("repaired: " + repaired)
	}
	ready := filepath.Join(o.dir, "dev.json")
	_ = os.Remove(ready) // of a host that was killed
	dev, err := describe(c)
	if err != nil {
		return err
	}
	if dev.WebhookSecrets, err = seeded(ctx, o, dev, say); err != nil {
		return err
	}
	if err := dev.write(ready); err != nil {
		return err
	}
	defer os.Remove(ready)
	remove, err := writeHeaders(o.dir, dev.Tokens)
	if err != nil {
		return err
	}
	defer remove()
	screen, err := greeting(ctx, o.dir, dev)
	if err != nil {
		return err
	}
	say("ready")
	fmt.Print(screen)
	select {
	case <-ctx.Done():
		return nil
	case err := <-c.Failed():
		return fmt.Errorf("%w\nnothing is lost: start again", err)
	}
}

// portHint names the flag that helps.
func portHint(err error) error {
	for what, flag := range map[string]string{"the API": "--port", "the control port": "--control-port", "the token issuer": "--issuer-port"} {
		if strings.Contains(err.Error(), "for "+what+" is in use") {
			return fmt.Errorf("%w: make dev ARGS='%s 9080'", err, flag)
		}
	}
	return err
}
