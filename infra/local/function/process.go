package function

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// initLimit is how long a bootstrap may take to ask for its first event.
const initLimit = 10 * time.Second

// process is one bootstrap with a Runtime API of its own: what Lambda calls an execution environment.
type process struct {
	config Config
	cmd    *exec.Cmd
	api    *http.Server
	work   chan *invocation

	ready     chan struct{} // closed when the bootstrap first asks for an event
	readyOnce sync.Once
	exited    chan struct{} // closed when the bootstrap is gone
	exit      string        // how it ended; read after exited

	mu        sync.Mutex
	current   *invocation
	initError *Error
}

func startProcess(c Config, logs *logs) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &process{config: c, work: make(chan *invocation), ready: make(chan struct{}), exited: make(chan struct{})}
	p.api = &http.Server{Handler: p.runtimeAPI()}
	go func() { _ = p.api.Serve(listener) }() // ends when the process does

	p.cmd = exec.Command(c.Bootstrap)
	p.cmd.Dir = filepath.Dir(c.Bootstrap)
	p.cmd.Env = environment(c, listener.Addr().String())
	output := &lineWriter{to: logs}
	p.cmd.Stdout, p.cmd.Stderr = output, output
	if err := c.Children.start(p.cmd); err != nil {
		p.api.Close()
		return nil, err
	}
	go func() {
		err := p.cmd.Wait()
		c.Children.ended(p.cmd)
		output.flush()
		p.exit = "exit status 0"
		if err != nil {
			p.exit = err.Error() // "exit status 2" or "signal: killed", the words that Lambda uses too
		}
		close(p.exited)
		p.api.Close()
	}()
	return p, nil
}

// environment holds only what Lambda and the template set: nothing of the developer's shell reaches a function. See
// "Defined runtime environment variables", docs/lambda/latest/dg/configuration-envvars.html.
func environment(c Config, api string) []string {
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          api,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_REGION":                      c.Region,
		"AWS_DEFAULT_REGION":              c.Region,
		"LAMBDA_TASK_ROOT":                filepath.Dir(c.Bootstrap),
		"LAMBDA_RUNTIME_DIR":              filepath.Dir(c.Bootstrap),
		"_HANDLER":                        c.Handler,
		"TZ":                              ":UTC",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin",
	}
	maps.Copy(env, c.Environment)
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

func (p *process) dead() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// kill ends the whole process group and waits until it's gone.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // fails only when it is gone
	<-p.exited
}

// freeze stops the process where it is; only kill ends it.
func (p *process) freeze() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGSTOP)
}

// awaitInit waits for the first request for an event.
func (p *process) awaitInit(request string) error {
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	select {
	case <-p.ready:
		return nil
	case <-p.exited:
	case <-limit.C:
		return &Error{Type: timedOut, Message: fmt.Sprintf("RequestId: %s Error: INIT_REPORT Init Duration: %.2f ms Phase: init Status: timeout", request, millis(initLimit))}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.initError != nil {
		return p.initError
	}
	return exitError(request, p.exit)
}

// hand gives the invocation to the bootstrap's next request; false when the process died instead.
func (p *process) hand(i *invocation) bool {
	i.deadline = time.Now().Add(p.config.Timeout)
	select {
	case p.work <- i:
		return true
	case <-p.exited:
		return false
	}
}

// await waits for the outcome. When it returns after a time-out or a crash the process is gone.
func (p *process) await(i *invocation, fault Fault, timeout time.Duration) answer {
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	var crash <-chan time.Time
	if fault.Kind == Crash {
		crash = time.After(fault.After)
	}
	select {
	case a := <-i.answered:
		if fault.Kind != Crash {
			return a
		}
		p.kill() // the work was done, its answer is lost
	case <-crash:
		p.kill()
	case <-limit.C:
		p.kill()
		return answer{err: &Error{Type: timedOut, Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", i.id, timeout.Seconds())}}
	case <-p.exited:
		select {
		case a := <-i.answered: // it answered and then ended, as after a panic
			return a
		default:
		}
	}
	return answer{err: exitError(i.id, p.exit)}
}
