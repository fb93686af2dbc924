package function

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// Children are the processes that must not outlive the host, not even when it is killed. On Linux the kernel sees to it.
// Everywhere, a file per process tells the next start what to end.
type Children struct {
	dir    string
	starts chan func()
}

// NewChildren ends what an earlier host left, according to the files in dir, and says how many those were.
func NewChildren(dir string) (c *Children, ended int, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, 0, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		program, err := os.ReadFile(path)
		pid, notNumber := strconv.Atoi(entry.Name())
		if err != nil || notNumber != nil {
			continue
		}
		// The number may have been given to another process since: it must still run our program.
		// An empty file, of a host that was killed while it wrote it, names no program.
		if len(program) > 0 && strings.HasPrefix(commandLine(pid), string(program)) && syscall.Kill(-pid, syscall.SIGKILL) == nil {
			ended++
		}
		if err := os.Remove(path); err != nil {
			return nil, ended, err
		}
	}
	c = &Children{dir: dir, starts: make(chan func())}
	go c.starter()
	return c, ended, nil
}

// starter runs every start on one thread that lives as long as the host: the kernel's parent-death signal is sent when
// the starting *thread* ends, and Go ends threads as it likes (golang.org/issue/27505).
func (c *Children) starter() {
	runtime.LockOSThread()
	for start := range c.starts {
		start()
	}
}

// start starts the command as the leader of a process group of its own.
func (c *Children) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = attributes()
	failed := make(chan error)
	c.starts <- func() { failed <- cmd.Start() }
	if err := <-failed; err != nil {
		return err
	}
	return os.WriteFile(c.file(cmd), []byte(cmd.Path), 0o644)
}

func (c *Children) ended(cmd *exec.Cmd) {
	_ = os.Remove(c.file(cmd)) // the next start looks at what is left
}

func (c *Children) file(cmd *exec.Cmd) string {
	return filepath.Join(c.dir, strconv.Itoa(cmd.Process.Pid))
}

// Close ends the starting thread; every child must have ended before.
func (c *Children) Close() { close(c.starts) }
