// Command verify holds what a running system says about each customer against
// the same derived again from all facts, and names every difference. After a
// nightly review, and with no wake-up lost, there is none. It is a client of the
// API, as an admin, and knows none of the system's code.
//
//	go run ./infra/verify                                   the running `make dev`
//	GUANXI_TOKEN=… go run ./infra/verify --api https://…    a deployment on AWS
//
// It prints ids and classes, nothing personal. docs/operations.md says what a
// difference means, and what to do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
	_ "time/tzdata" // the zone of the deployment, on machines that know no zones

	"guanxi/infra/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	dev, api, control, token string
	zone                     string
	workers                  int
	pause                    time.Duration
}

func parseOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.StringVar(&o.dev, "dev", filepath.Join(".local", "dev.json"), "the dev.json of a running make dev")
	flags.StringVar(&o.api, "api", "", "`URL` of a deployment's API, instead; GUANXI_TOKEN is then the token of an admin")
	flags.StringVar(&o.control, "control", "", "`URL` of a local cloud's control port, whose clock then says what day it is")
	flags.StringVar(&o.zone, "zone", "Asia/Shanghai", "the deployment's time zone")
	flags.IntVar(&o.workers, "workers", 4, "customers that are asked about at once")
	flags.DurationVar(&o.pause, "pause", 10*time.Second, "after which those that differ are asked about again: some of it may only be under way")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood; -h lists the options", flags.Arg(0))
	}
	if o.workers < 1 {
		return o, errors.New("--workers must be at least 1")
	}
	if o.api != "" {
		if o.token = os.Getenv("GUANXI_TOKEN"); o.token == "" {
			return o, errors.New("GUANXI_TOKEN must be the token of an admin")
		}
		return o, nil
	}
	running, err := client.ReadDev(o.dev)
	if err != nil {
		return o, fmt.Errorf("is make dev running? %w", err)
	}
	o.api, o.control, o.token = running.API, running.Control, running.Tokens["admin"]
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(o.zone)
	if err != nil {
		return fmt.Errorf("--zone: %w", err)
	}
	began := time.Now()
	v := verifier{system: client.New(o.api, o.control, o.token, o.workers), workers: o.workers, zone: zone, say: os.Stderr}
	found, err := v.verify(ctx, o.pause)
	if err != nil {
		return err
	}
	found.print(os.Stdout, v.system.Sent.Load(), time.Since(began))
	if n := len(found.wrong); n > 0 {
		return fmt.Errorf("%d differences", n)
	}
	return nil
}
