package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"guanxi/infra/local/clock"
	"guanxi/infra/local/cloud"
)

// clockFile is where a cloud keeps its clock in its data directory.
const clockFile = "clock.json"

// firstAdmin is who the template makes admin before there are any staff.
const firstAdmin = "admin"

// startCloud starts a cloud of its own, on free ports, whose clock shows begin
// unless the directory has one already.
func startCloud(ctx context.Context, config cloud.Config, begin time.Time) (*cloud.Cloud, *system, error) {
	config.Parameters = map[string]string{
		"FirstAdminSubject": firstAdmin,
		// What no decision depends on comes once a month: nights are most of a replay's time.
		"InvitationSchedule": "cron(0 2 1 * ? *)",
		"CountSchedule":      "cron(10 17 1 * ? *)",
		"AlertsSchedule":     "cron(10 18 1 * ? *)",
		// Brute force knows the rules without a model; so none is fitted in our time.
		"FitSchedule": "cron(40 18 1 1 ? 2199)",
	}
	if err := clock.Begin(filepath.Join(config.Dir, clockFile), begin); err != nil {
		return nil, nil, err
	}
	c, err := cloud.Start(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	token, err := c.Token(firstAdmin)
	if err != nil {
		c.Stop()
		return nil, nil, err
	}
	return c, newSystem(c.API, c.Control, token), nil
}

// wipe empties a data directory, and touches nothing that is none.
func wipe(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, clockFile)); err != nil {
		return fmt.Errorf("%s is not empty and no data directory of a replay: name another one with --dir", dir)
	}
	return os.RemoveAll(dir)
}

// processorTime is what this process and all that it started and ended have
// used so far.
func processorTime() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if syscall.Getrusage(who, &used) == nil {
			sum += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
	}
	return sum
}
