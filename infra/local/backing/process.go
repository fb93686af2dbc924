package backing

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	startTimeout = time.Minute // a second or two, but machines are busy
	stopTimeout  = 5 * time.Second
	// tailLines is how much of a server's output an error shows.
	tailLines = 12
)

// listening is how either server says where it listens: the launcher's line, or ElasticMQ's.
var listening = regexp.MustCompile(`(?:listening on|visible server address) (http://127\.0\.0\.1:\d+)`)

// program is one server, before it is started.
type program struct {
	name       string
	jars       string
	directory  string // its own data, created when missing; "" in memory
	properties []string
	args       []string
	endpoint   *string
}

func (p program) command() *exec.Cmd {
	// A small heap grows as needed, and the serial collector starts fastest. In memory, for
	// tests, the quick compiler does; what keeps data on disk may run long enough for the
	// thorough one to be worth its time.
	args := []string{"-XX:+UseSerialGC", "-XX:-UsePerfData"}
	if p.directory == "" {
		args = append(args, "-XX:TieredStopAtLevel=1")
	}
	for _, property := range p.properties {
		args = append(args, "-D"+property)
	}
	args = append(args, "-cp", p.jars+string(os.PathListSeparator)+filepath.Join(p.jars, "*"), "Launcher")
	cmd := exec.Command("java", append(args, p.args...)...)
	// A group of its own: Ctrl-C at the terminal reaches the host alone, which then stops in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// process is one running JVM.
type process struct {
	name     string
	endpoint string
	cmd      *exec.Cmd
	alive    io.Closer // the JVM's standard input: closing it ends the JVM
	ended    chan struct{}
	endErr   error // valid once ended is closed

	mu       sync.Mutex
	tail     []string
	stopping bool
}

// start runs the program and returns when it answers HTTP.
func start(ctx context.Context, p program, log io.Writer) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if p.directory != "" {
		if err := os.MkdirAll(p.directory, 0o755); err != nil {
			return nil, fmt.Errorf("start %s: %w", p.name, err)
		}
	}
	proc := &process{name: p.name, cmd: p.command(), ended: make(chan struct{})}
	stdin, err := proc.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	proc.alive = stdin
	out, err := proc.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	proc.cmd.Stderr = proc.cmd.Stdout
	if err := proc.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	endpoints := make(chan string, 1)
	go proc.follow(out, log, endpoints)

	select {
	case proc.endpoint = <-endpoints:
	case <-proc.ended:
		return nil, fmt.Errorf("start %s: it ended at once (%w):\n%s", p.name, proc.endErr, proc.lastLines())
	case <-ctx.Done():
		proc.stop()
		return nil, fmt.Errorf("start %s: no answer within %v:\n%s", p.name, startTimeout, proc.lastLines())
	}
	if err := answers(ctx, proc.endpoint); err != nil {
		proc.stop()
		return nil, fmt.Errorf("start %s: %w:\n%s", p.name, err, proc.lastLines())
	}
	return proc, nil
}

// follow copies the server's output to log, keeps its tail, finds the endpoint and at the end
// collects the exit.
func (p *process) follow(out io.Reader, log io.Writer, endpoint chan<- string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		fmt.Fprintf(log, "%s: %s\n", p.name, line)
		p.mu.Lock()
		p.tail = append(p.tail, line)
		if len(p.tail) > tailLines {
			p.tail = p.tail[1:]
		}
		p.mu.Unlock()
		if m := listening.FindStringSubmatch(line); m != nil {
			select {
			case endpoint <- m[1]:
			default:
			}
		}
	}
	// A line too long for the scanner must not block the server.
	_, _ = io.Copy(io.Discard, out)
	p.endErr = p.cmd.Wait()
	close(p.ended)
}

// answers is nil once the endpoint gives any HTTP answer at all.
func answers(ctx context.Context, endpoint string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// wait returns when the process has ended: nil if it was asked to.
func (p *process) wait() error {
	<-p.ended
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return nil
	}
	return fmt.Errorf("%s ended by itself (%w):\n%s", p.name, p.endErr, strings.Join(p.tail, "\n"))
}

func (p *process) stop() {
	p.mu.Lock()
	p.stopping = true
	p.mu.Unlock()
	p.signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopTimeout):
		p.signal(syscall.SIGKILL)
		<-p.ended
	}
	_ = p.alive.Close()
}

// signal reaches the whole group; that it has ended meanwhile is no error.
func (p *process) signal(sig syscall.Signal) {
	err := syscall.Kill(-p.cmd.Process.Pid, sig)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		_ = p.cmd.Process.Kill()
	}
}

func (p *process) lastLines() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.tail, "\n")
}
