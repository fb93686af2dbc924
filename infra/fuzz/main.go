// Fuzz lets schemathesis loose on the API. It starts the local cloud, fills it with the demonstration, and plays role
// after role: each phase and each check of schemathesis against the API's own description, and, for those who are bound
// to stores, whether a colleague of another store gets to see what is theirs.
//
//	go run ./infra/fuzz                          every role
//	go run ./infra/fuzz --max-examples 10 store  one, briefly
//
// What schemathesis says lies in .local/fuzz, a file for each role.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	examples := flag.Int("max-examples", 0, "at most so many test cases for an operation in a phase; 0: as many as schemathesis likes")
	tool := flag.String("schemathesis", ".local/fuzz-venv/bin/st", "the program; make fuzz installs it")
	dir := flag.String("dir", ".local/fuzz", "where reports lie")
	flag.Parse()
	roles := flag.Args()
	if len(roles) == 0 {
		roles = everyRole()
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return err
	}
	fmt.Println("starting the local cloud, with the demonstration in it")
	target, err := open(ctx)
	if err != nil {
		return err
	}
	defer target.close()
	var found []string
	for _, role := range roles {
		began := time.Now()
		summary, err := target.play(ctx, role, *tool, *dir, *examples)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Printf("\n== %s, %.0f s\n%s\n", role, time.Since(began).Seconds(), summary)
		if err != nil {
			found = append(found, role)
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("schemathesis has something to say about %s: read %s", strings.Join(found, ", "), *dir)
	}
	return nil
}
