package function

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// What an earlier host left is ended; a process that only has the number of one is not.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	left := exec.Command("sleep", "600")
	left.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	other := exec.Command("sleep", "600")
	other.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for process, program := range map[*exec.Cmd]string{left: "sleep 600", other: "/opt/bootstrap"} {
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(process.Process.Pid)), []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	children, ended, err := NewChildren(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer children.Close()
	if ended != 1 {
		t.Errorf("%d were ended, want 1", ended)
	}
	if err := left.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("the leftover ended with %v", err)
	}
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Error("another program's process was ended")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("files are left: %v, %v", entries, err)
	}
}
