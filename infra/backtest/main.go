// Command backtest tells how well the purchase model foresees a shop's
// customers: it fits on what was bought up to the split, predicts the rest of
// the file, and compares that with what happened and with simpler rules.
// docs/backtest.md explains each figure.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"guanxi/infra/purchases"
	"guanxi/internal/crm"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "backtest:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("backtest", flag.ContinueOnError)
	published := flags.String("published", "", "JSON `file` of published parameters to print beside the fitted ones")
	folder := flags.String("plots", "", "`folder` for the plots (default .local/backtest/FILE-SPLIT)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errors.New("name the file and the last day to learn from: backtest [--published file] [--plots folder] orders.csv 1997-09-30")
	}
	split, err := crm.ParseDate(flags.Arg(1))
	if err != nil {
		return fmt.Errorf("the split: %w", err)
	}
	var known publication
	if *published != "" {
		if known, err = readPublication(*published); err != nil {
			return err
		}
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := purchases.Read(file)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	t, err := divide(all, split)
	if err != nil {
		return err
	}
	r, err := t.test()
	if err != nil {
		return err
	}
	if *folder == "" {
		name := strings.TrimSuffix(filepath.Base(flags.Arg(0)), filepath.Ext(flags.Arg(0)))
		*folder = filepath.Join(".local", "backtest", name+"-"+split.String())
	}
	saved, err := r.savePictures(*folder)
	if err != nil {
		return err
	}
	r.print(out, known)
	fmt.Fprintln(out, "\nPlots")
	for _, path := range saved {
		fmt.Fprintln(out, " ", path)
	}
	return nil
}
