// Command replay sends a real purchase history through the whole system: each
// row of a CSV file becomes a signed Shopify webhook, delivered over HTTP on its
// virtual day, while the nightly reviews run. At the end it asks the system for
// every customer's decision and holds it against a calculation of its own over
// the file. It is a client of the system: it knows the API, the webhooks and the
// local cloud's control port, and none of the system's code.
//
//	go run ./infra/replay --rate 7.2 orders.csv
//	go run ./infra/replay demo
//
// The second form fills a running `make dev` with made-up customers.
// docs/replay.md describes the file and the report.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
	_ "time/tzdata" // the zone of the deployment, on machines that know no zones

	"guanxi/infra/local/cloud"
	"guanxi/infra/purchases"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) == 2 && os.Args[1] == "demo" {
		err = demo(ctx, os.Getenv("GUANXI_DEV"), os.Stdout, os.Stderr)
	} else {
		err = run(ctx, os.Args[1:])
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	file     string
	template string // path of template.yaml
	rate     string
	dir      string
	memory   bool
	resume   bool
	shares   shares
}

func parseOptions(args []string) (o options, err error) {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: go run ./infra/replay [options] orders.csv   (make replay FILE=orders.csv RATE=7.2)")
		flags.PrintDefaults()
	}
	o.template = "template.yaml"
	flags.StringVar(&o.rate, "rate", "7.2", "CNY for one USD")
	flags.StringVar(&o.dir, "dir", filepath.Join(".local", "replay"), "data `directory`; what an earlier replay left there is removed")
	flags.BoolVar(&o.memory, "memory", false, "keep tables and queues in memory: faster, but nothing is left to resume or to look at")
	flags.BoolVar(&o.resume, "resume", false, "go on where a replay of the same file was stopped")
	flags.Float64Var(&o.shares.Repeated, "repeated", 0.05, "share of the orders that are delivered twice")
	flags.Float64Var(&o.shares.Late, "late", 0.02, "share of the orders that are delivered a day or two late")
	flags.Float64Var(&o.shares.Outdated, "outdated", 0.03, "share of the orders whose older version is delivered after the newer")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return o, errors.New("name one file of purchases")
	}
	o.file = flags.Arg(0)
	if o.resume && o.memory {
		return o, errors.New("--memory leaves nothing to --resume")
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	file, err := os.Open(o.file)
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := purchases.Read(file)
	if err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	rate, ok := new(big.Rat).SetString(o.rate)
	if !ok || rate.Sign() <= 0 {
		return fmt.Errorf("--rate: %q is not a decimal greater than zero", o.rate)
	}
	if !o.resume {
		if err := wipe(o.dir); err != nil {
			return err
		}
	}
	result, err := perform(ctx, all, o, rate)
	if err != nil {
		return err
	}
	result.print(os.Stdout)
	if len(result.Wrong) > 0 {
		return errors.New("the system and the file disagree")
	}
	return nil
}

// zone is the deployment's, where a day begins and ends.
const zone = "Asia/Shanghai"

// perform starts a cloud, replays all purchases through it, and checks it.
func perform(ctx context.Context, all []purchase, o options, rate *big.Rat) (result report, err error) {
	local, err := time.LoadLocation(zone)
	if err != nil {
		return result, err
	}
	began := time.Now()
	r := replay{spent: map[phase]time.Duration{}, shop: shop{
		Connection: "shopify-us", Domain: "cdnow.myshopify.com", Secret: shopifySecret(),
		Currency: "USD", Product: "Compact disc", Zone: local, Accounts: openAccounts(all),
	}}
	r.days, r.tally = plan(all, o.shares)

	var c *cloud.Cloud
	err = r.during(starting, func() (err error) {
		c, r.system, err = startCloud(ctx, cloud.Config{
			Template: o.template, Dir: o.dir, InMemory: o.memory,
			Progress: func(doing string) { fmt.Fprintln(os.Stderr, doing) },
		}, r.tally.First.At(0, local))
		return err
	})
	if err != nil {
		return result, err
	}
	defer c.Stop()
	for _, repaired := range c.Repaired {
		fmt.Fprintln(os.Stderr, repaired)
	}
	got, err := r.perform(ctx, o)
	if err != nil {
		return result, err
	}
	c.Stop() // only then all processor time is known
	return report{
		tally: r.tally, figures: count(all, got, r.tally.First, r.tally.Last, local),
		Rate: o.rate, Resumed: o.resume, Retried: r.system.Retried.Load(), Spent: r.spent, Wall: time.Since(began), Busy: processorTime(),
		Wrong: check(all, got, rate, r.shop.customers(), r.tally.Last),
	}, nil
}

// perform sets up the shop, lives through the days, and asks for the result.
func (r *replay) perform(ctx context.Context, o options) (map[string]answers, error) {
	from := r.tally.First
	if o.resume { // the day that was interrupted is delivered again: that makes no difference
		now, err := r.system.Now(ctx)
		if err != nil {
			return nil, err
		}
		from = purchases.DayOf(now, r.shop.Zone)
	}
	if err := r.during(starting, func() error { return r.setUp(ctx, o.rate) }); err != nil {
		return nil, err
	}
	p := newProgress(os.Stderr, r.units(from))
	err := r.run(ctx, from, p)
	p.end()
	if err != nil {
		return nil, err
	}
	var got map[string]answers
	err = r.during(checking, func() (err error) {
		p := newProgress(os.Stderr, len(r.shop.Accounts))
		defer p.end()
		got, err = r.ask(ctx, p)
		return err
	})
	return got, err
}
