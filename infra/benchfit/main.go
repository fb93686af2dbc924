// Command benchfit fits the purchase model to a base of a million customers, in
// a process of its own whose processor time and memory the operating system
// tells, and lets Python's lifetimes fit the same, already aggregated, beside it.
//
//	make benchfit
//
// The base lives by the parameters published for CDNOW, over three years, with
// time in days.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"guanxi/internal/clv"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "benchfit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("benchfit", flag.ContinueOnError)
	customers := flags.Int("customers", 1_000_000, "size of the base")
	python := flags.String("python", "python3", "`interpreter` that has lifetimes")
	folder := flags.String("dir", ".local/benchfit", "`folder` for the base")
	child := flags.String("child", "", "the `process` that is measured, of the base in --dir: "+fitOnly+" or "+learnAll)
	if err := flags.Parse(args); err != nil {
		return err
	}
	f := files{*folder}
	switch *child {
	case fitOnly:
		return fit(f.purchases(), out)
	case learnAll:
		return learn(f.purchases(), out)
	}
	return compare(ctx, *customers, *python, f, out)
}

// Ours are measured twice: what lifetimes does, with the aggregation before it,
// and all that the weekly fit does, for its memory.
const (
	fitOnly  = "fit"
	learnAll = "learn"
)

// files are where the base lies.
type files struct{ folder string }

func (f files) purchases() string { return filepath.Join(f.folder, "purchases.csv") } // what our fit reads
func (f files) rows() string      { return filepath.Join(f.folder, "rows.csv") }      // the same, aggregated for lifetimes
func (f files) spend() string     { return filepath.Join(f.folder, "spend.csv") }

// theirs is what lifetimes.py tells.
type theirs struct {
	Model        clv.BGNBD `json:"model"`
	PurchasesCPU float64   `json:"purchases_cpu"` // seconds in fit, without imports and reading
	CustomersCPU float64   `json:"customers_cpu"` // the same of a row for each customer
	SpendCPU     float64   `json:"spend_cpu"`
}

// rounds is how often each is run, in turns, so that a busy machine slows all
// alike; medians count.
const rounds = 3

// figures are the processor seconds and megabytes of one round, or their medians.
type figures struct {
	fit, learn                  use
	counted, each, spend, other float64 // lifetimes: seconds in the fits, megabytes of the process
}

func compare(ctx context.Context, customers int, python string, f files, out io.Writer) error {
	fmt.Fprintf(out, "making %d customers in %s\n", customers, f.folder)
	base, err := f.make(customers)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d orders, %d unique rows of purchases, %d of spend\n", base.orders, base.rows, base.spend)
	var all []figures
	for range rounds {
		one, err := round(ctx, python, f)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	middle := func(of func(figures) float64) float64 {
		values := make([]float64, rounds)
		for i, one := range all {
			values[i] = of(one)
		}
		slices.Sort(values)
		return values[rounds/2]
	}
	fit := middle(func(f figures) float64 { return f.fit.cpu })
	counted := middle(func(f figures) float64 { return f.counted })
	each := middle(func(f figures) float64 { return f.each })
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nmedian of %d\tprocessor\tmemory\n", rounds)
	row := func(name string, cpu, memory float64) { fmt.Fprintf(w, "%s\t%.2f s\t%.0f MB\n", name, cpu, memory) }
	row("guanxi: orders read and aggregated, BG/NBD", fit, middle(func(f figures) float64 { return f.fit.memory }))
	row("guanxi: all of the weekly fit", middle(func(f figures) float64 { return f.learn.cpu }), middle(func(f figures) float64 { return f.learn.memory }))
	row("lifetimes: BG/NBD, unique rows with their counts", counted, middle(func(f figures) float64 { return f.other }))
	fmt.Fprintf(w, "lifetimes: the same, one row a customer\t%.2f s\n", each)
	fmt.Fprintf(w, "lifetimes: Gamma-Gamma, unique rows\t%.2f s\n", middle(func(f figures) float64 { return f.spend }))
	w.Flush()
	fmt.Fprintf(out, "\nlifetimes' BG/NBD takes %.1f times our processor time, with one row a customer %.1f times\n", counted/fit, each/fit)
	return nil
}

// round lets each of the processes do its work once.
func round(ctx context.Context, python string, f files) (r figures, _ error) {
	program, err := os.Executable()
	if err != nil {
		return r, err
	}
	var ours clv.Fit[clv.BGNBD]
	if r.fit, err = measured(exec.CommandContext(ctx, program, "--dir", f.folder, "--child", fitOnly), &ours); err != nil {
		return r, err
	}
	var all clv.Learnt
	if r.learn, err = measured(exec.CommandContext(ctx, program, "--dir", f.folder, "--child", learnAll), &all); err != nil {
		return r, err
	}
	var other theirs
	whole, err := measured(exec.CommandContext(ctx, python, "infra/benchfit/lifetimes_fit.py", f.rows(), f.spend()), &other)
	if err != nil {
		return r, err
	}
	r.counted, r.each, r.spend, r.other = other.PurchasesCPU, other.CustomersCPU, other.SpendCPU, whole.memory
	return r, same(ours.Model, other.Model)
}

// use is what a process took of the machine.
type use struct {
	cpu    float64 // seconds, user and system
	memory float64 // megabytes, the most that was resident
}

// measured runs a process, reads its answer, and tells what it used.
func measured(cmd *exec.Cmd, answer any) (use, error) {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, os.Stderr
	if err := cmd.Run(); err != nil {
		return use{}, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	if err := json.Unmarshal(said.Bytes(), answer); err != nil {
		return use{}, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return use{}, errors.New("this system tells nothing about the resources of processes")
	}
	return use{time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds(), float64(usage.Maxrss) * 1024 / 1e6}, nil // Linux tells kibibytes
}

// same refuses to compare the time of fits that found different models.
func same(a, b clv.BGNBD) error {
	const near = 0.005
	for _, p := range [][2]float64{{a.R, b.R}, {a.Alpha, b.Alpha}, {a.A, b.A}, {a.B, b.B}} {
		if !(math.Abs(math.Log(p[0]/p[1])) < near) {
			return fmt.Errorf("the fits differ: %+v and %+v", a, b)
		}
	}
	return nil
}
