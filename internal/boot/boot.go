// Package boot turns the environment of a function into values: its
// configuration, its logger and its AWS configuration. It is the only room
// that reads the environment, and it builds no clients: that is for main.
//
// Whatever is missing ends the process before its first event, which Lambda
// reports as a failed initialisation.
package boot

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	_ "time/tzdata" // the runtime image of Lambda has no time zones

	"github.com/caarlos0/env/v11"

	"guanxi/internal/telemetry"
)

// Config reads the variables that T names in its `env` tags. All of them must
// be set, unless their tag has a default; those that are missing are named in
// one line.
func Config[T any]() T {
	config, err := parse[T](env.ToMap(os.Environ()))
	if err != nil {
		stop(err)
	}
	return config
}

// Logger writes JSON lines to standard output, where Lambda collects them, from
// LOG_LEVEL (default INFO) on.
func Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cmp.Or(os.Getenv("LOG_LEVEL"), "INFO"))); err != nil {
		stop(fmt.Errorf("LOG_LEVEL: %w", err))
	}
	return telemetry.New(os.Stdout, level, os.Getenv("AWS_LAMBDA_FUNCTION_NAME"))
}

func parse[T any](environ map[string]string) (T, error) {
	config, err := env.ParseAsWithOptions[T](env.Options{Environment: environ, RequiredIfNoDef: true})
	if err == nil {
		return config, nil
	}
	var missing, wrong []string
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return config, err
	}
	for _, one := range all.Errors {
		if unset, ok := errors.AsType[env.VarIsNotSetError](one); ok {
			missing = append(missing, unset.Key)
		} else if empty, ok := errors.AsType[env.EmptyVarError](one); ok {
			missing = append(missing, empty.Key)
		} else {
			wrong = append(wrong, one.Error())
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		wrong = append([]string{"missing " + strings.Join(missing, ", ")}, wrong...)
	}
	return config, errors.New(strings.Join(wrong, "; "))
}

// stop says in one line why the function can't start, and ends the process.
func stop(err error) {
	fmt.Fprintf(os.Stderr, "the environment is not complete: %v\n", err)
	os.Exit(1)
}
