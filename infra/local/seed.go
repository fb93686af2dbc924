package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// seeded fills a new data directory and returns the secrets that came of it. They are kept in the directory; that they
// are there is what makes it an old one.
func seeded(ctx context.Context, o options, d dev, say func(string)) (map[string]string, error) {
	kept := filepath.Join(o.dir, "webhook_secrets.json")
	secrets := map[string]string{}
	text, err := os.ReadFile(kept)
	switch {
	case err == nil:
		return secrets, json.Unmarshal(text, &secrets)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case o.seed == "":
		return secrets, nil
	}
	say("filling a new data directory: " + o.seed)
	about := filepath.Join(o.dir, "dev.seeding.json")
	if err := d.write(about); err != nil {
		return nil, err
	}
	defer os.Remove(about)
	if err := seed(ctx, o.seed, about, secrets); err != nil {
		return nil, fmt.Errorf("filling the data directory: %w", err)
	}
	return secrets, writeJSON(kept, secrets)
}

// seed runs the command to its end, in a process group of its own that ends with the context, and reads the secrets
// from its output.
func seed(ctx context.Context, command, about string, secrets map[string]string) error {
	words := strings.Fields(command)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), devVariable+"="+about)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == secretWord {
			secrets[fields[1]] = fields[2]
			continue
		}
		fmt.Println(lines.Text())
	}
	return cmd.Wait()
}
