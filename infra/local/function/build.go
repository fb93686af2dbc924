package function

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Build compiles each package folder (relative to root, such as functions/about) for this machine with the flags of the
// deployable build, and returns the executables in the same order. One go command builds all: it shares the work
// between the cores and passes over what is up to date. Hosts that build into the same folder take turns.
func Build(ctx context.Context, root, into string, folders []string) ([]string, error) {
	if err := os.MkdirAll(into, 0o755); err != nil {
		return nil, err
	}
	into, err := filepath.Abs(into)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(filepath.Join(into, ".lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	args := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", into + string(filepath.Separator)}
	built := make([]string, len(folders))
	owner := map[string]string{}
	for i, folder := range folders {
		built[i] = filepath.Join(into, filepath.Base(folder))
		if other, ok := owner[built[i]]; ok && filepath.Clean(other) != filepath.Clean(folder) {
			return nil, fmt.Errorf("%s and %s have the same name", other, folder)
		}
		owner[built[i]] = folder
		args = append(args, "./"+filepath.ToSlash(filepath.Clean(folder)))
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return built, nil
}

func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil // closing releases the lock
}
