package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

const oldestJava = 17

// checkTools says, a line each, what is missing on this machine and what to do. Maven and the Java compiler are asked
// for only when something must be fetched, by backing.Fetch.
func checkTools(ctx context.Context) error {
	var missing []error
	if _, err := exec.LookPath("go"); err != nil {
		missing = append(missing, errors.New("go is missing: install Go 1.26 or newer (go.dev/dl) and put it on the PATH"))
	}
	switch version, err := javaVersion(ctx); {
	case err != nil:
		missing = append(missing, fmt.Errorf("java is missing: install a JDK, version %d or newer, and put it on the PATH", oldestJava))
	case version < oldestJava:
		missing = append(missing, fmt.Errorf("java is version %d: install %d or newer and put it first on the PATH", version, oldestJava))
	}
	return errors.Join(missing...)
}

var quoted = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

// javaVersion is the major version: 8 for 1.8.0, 17 for 17.0.15.
func javaVersion(ctx context.Context) (int, error) {
	out, err := exec.CommandContext(ctx, "java", "-version").CombinedOutput()
	if err != nil {
		return 0, err
	}
	match := quoted.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("java -version says %q", out)
	}
	return strconv.Atoi(string(match[1]))
}
