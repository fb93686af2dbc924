//go:build !linux

package function

import (
	"os/exec"
	"strconv"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// mostMemory can't be asked of another process here.
func mostMemory(int) int { return 0 }

// commandLine is "" when there is no such process.
func commandLine(pid int) string {
	text, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(text)
}
