package backing

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock is the data directory's lock file. The operating system frees it when its host ends in any
// way; what is written in it tells the next host which servers to look for.
type lock struct{ file *os.File }

// left is what the lock file holds while servers run.
type left struct {
	Host    int   `json:"host"`
	Servers []int `json:"servers"`
}

// takeLock takes dir for this host and ends what a killed host left behind, saying so.
func takeLock(dir string) (*lock, []string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, fmt.Errorf("use the data directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "servers.lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("use the data directory: %w", err)
	}
	var before left
	// An empty or torn file names nobody.
	_ = json.NewDecoder(file).Decode(&before)
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, nil, fmt.Errorf("the data directory %s is in use by process %d: stop that one or name another directory", dir, before.Host)
	}
	var repaired []string
	for _, pid := range before.Servers {
		if !isServer(pid, dir) {
			continue
		}
		if err := end(pid, dir); err != nil {
			_ = file.Close()
			return nil, nil, err
		}
		repaired = append(repaired, fmt.Sprintf("ended process %d, left by a host that was killed", pid))
	}
	l := &lock{file: file}
	return l, repaired, l.store(left{Host: os.Getpid()})
}

// end kills a left-over server and returns when its files are free.
func end(pid int, dir string) error {
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end the server that the last host left (process %d): %w", pid, err)
	}
	for deadline := time.Now().Add(stopTimeout); isServer(pid, dir); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("the server that the last host left (process %d) does not end: kill it", pid)
		}
	}
	return nil
}

// holdFile waits for the file's lock and returns what frees it.
func holdFile(name string) (unlock func() error, err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file.Close, nil
}

// write notes the running servers.
func (l *lock) write(running []*process) error {
	now := left{Host: os.Getpid()}
	for _, p := range running {
		now.Servers = append(now.Servers, p.cmd.Process.Pid)
	}
	return l.store(now)
}

func (l *lock) store(content left) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("note the running servers: %w", err)
	}
	if _, err := l.file.WriteAt(text, 0); err != nil {
		return fmt.Errorf("note the running servers: %w", err)
	}
	return nil
}

func (l *lock) release() {
	_ = l.file.Truncate(0)
	_ = l.file.Close()
}

// isServer tells our JVM from a stranger that has got its number since.
func isServer(pid int, dir string) bool {
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil { // Not Linux, or no such process.
		line, err = exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && strings.Contains(string(line), "Launcher") && strings.Contains(string(line), dir)
}
