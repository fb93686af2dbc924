package function

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	keptLines   = 1000     // in memory
	maxLogBytes = 16 << 20 // of the file, which is then moved to <file>.old
)

// logs keep what a function wrote: the last lines in memory, all of it in a file.
type logs struct {
	mu    sync.Mutex
	lines []string
	path  string
	file  *os.File // nil without a file
	size  int64
}

func openLogs(path string) (*logs, error) {
	l := &logs{path: path}
	if path == "" {
		return l, nil
	}
	return l, l.open()
}

func (l *logs) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

func (l *logs) printf(format string, args ...any) { l.write(fmt.Sprintf(format, args...)) }

// write adds a text of one or more lines.
func (l *logs) write(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.Split(text, "\n")...)
	if len(l.lines) > 2*keptLines {
		l.lines = append([]string{}, l.lines[len(l.lines)-keptLines:]...)
	}
	if l.file == nil {
		return
	}
	n, _ := l.file.WriteString(text + "\n") // a full disk must not stop the function
	if l.size += int64(n); l.size > maxLogBytes {
		_ = l.file.Close()
		_ = os.Rename(l.path, l.path+".old")
		if l.open() != nil {
			l.file = nil
		}
	}
}

func (l *logs) last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.lines[max(0, len(l.lines)-keptLines):]...)
}

func (l *logs) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}

// lineWriter cuts a process's output into whole lines.
type lineWriter struct {
	to   *logs
	mu   sync.Mutex
	rest []byte
}

func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, b...)
	if end := bytes.LastIndexByte(w.rest, '\n'); end >= 0 {
		w.to.write(string(w.rest[:end]))
		w.rest = append(w.rest[:0], w.rest[end+1:]...)
	}
	return len(b), nil
}

// flush writes what the process left without a line end.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		w.to.write(string(w.rest))
		w.rest = nil
	}
}
