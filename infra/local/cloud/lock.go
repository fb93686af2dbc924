package cloud

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// held is the data directory's lock: one host at a time. The system drops it when the host ends in any way; the file's
// content stays unless the host stopped in order.
type held struct{ file *os.File }

// hold takes the lock. unclean is the process number of a host that ended without releasing it, or "".
func hold(path string) (_ *held, unclean string, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, "", err
	}
	before, err := io.ReadAll(file)
	if err != nil {
		file.Close()
		return nil, "", err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, "", fmt.Errorf("%s is in use by process %s: end it, or choose another directory with --dir", strings.TrimSuffix(path, "/host.lock"), before)
	}
	if err := file.Truncate(0); err != nil {
		return nil, "", err
	}
	_, err = file.WriteAt(fmt.Append(nil, os.Getpid()), 0)
	return &held{file}, string(before), err
}

// release says that the host stopped in order.
func (h *held) release() {
	_ = h.file.Truncate(0)
	_ = h.file.Close()
}
