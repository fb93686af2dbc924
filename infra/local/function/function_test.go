package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Every test runs real bootstraps under the real Runtime API. The pages cited are those of the AWS Lambda Developer
// Guide, docs.aws.amazon.com/lambda/latest/dg/….

var bootstraps struct{ probe, broken string }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "function")
	if err != nil {
		panic(err)
	}
	built, err := Build(context.Background(), ".", dir, []string{"testdata/probe", "testdata/broken"})
	if err != nil {
		panic(err)
	}
	bootstraps.probe, bootstraps.broken = built[0], built[1]
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

type reply struct {
	PID                                             int
	Request, ARN, Function, Variable, Shell, Filler string
	Remaining                                       time.Duration
}

func start(t *testing.T, change func(*Config)) *Function {
	t.Helper()
	children, _, err := NewChildren(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Name: "probe", ARN: "arn:aws:lambda:us-east-1:000000000000:function:probe", Region: "us-east-1", Bootstrap: bootstraps.probe,
		MemoryMB: 128, Timeout: 10 * time.Second, Environment: map[string]string{"VARIABLE": "value"}, Processes: 8, Children: children,
	}
	if change != nil {
		change(&c)
	}
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		children.Close()
	})
	return f
}

func call(t *testing.T, f *Function, event string) reply {
	t.Helper()
	body, err := f.Invoke(context.Background(), []byte(event))
	if err != nil {
		t.Fatalf("%s: %v\n%s", event, err, strings.Join(f.Logs(), "\n"))
	}
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func failure(t *testing.T, f *Function, event string) *Error {
	t.Helper()
	_, err := f.Invoke(context.Background(), []byte(event))
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: got %v, want a function error", event, err)
	}
	return e
}

// runtimes-api.html "Next invocation": the headers name the request, the deadline and the function;
// configuration-envvars.html: the environment is Lambda's and the template's.
func TestAnInvocation(t *testing.T) {
	f := start(t, nil)
	r := call(t, f, `{}`)
	if r.Request == "" || r.ARN != f.config.ARN || r.Function != "probe" || r.Variable != "value" {
		t.Errorf("got %+v", r)
	}
	if r.Remaining <= 5*time.Second || r.Remaining > 10*time.Second {
		t.Errorf("remaining time = %v, want nearly the time-out", r.Remaining)
	}
	if r.Shell != "" {
		t.Errorf("the developer's HOME reached the function")
	}
}

// lambda-runtime-environment.html: an environment serves one invocation after the other, the first is a cold start.
func TestAnIdleProcessIsReused(t *testing.T) {
	f := start(t, nil)
	first, second := call(t, f, `{}`), call(t, f, `{}`)
	if first.PID != second.PID || first.Request == second.Request {
		t.Errorf("first %+v, second %+v: want one process, two requests", first, second)
	}
	if s := f.Stats(); s.ColdStarts != 1 || s.Invocations != 2 || s.Running != 0 {
		t.Errorf("stats = %+v", s)
	}
}

// lambda-concurrency.html: each environment handles one request at a time; concurrent ones get environments of their own.
func TestConcurrentInvocationsHaveProcessesOfTheirOwn(t *testing.T) {
	f := start(t, nil)
	gate := filepath.Join(t.TempDir(), "gate")
	var wg sync.WaitGroup
	pids := make([]int, 2)
	for i := range pids {
		wg.Go(func() { pids[i] = call(t, f, fmt.Sprintf(`{"Do":"await","File":%q}`, gate)).PID })
	}
	until(t, func() bool { return f.Stats().ColdStarts == 2 })
	open(t, gate)
	wg.Wait()
	if pids[0] == pids[1] {
		t.Error("two invocations ran in one process")
	}
}

// configuration-concurrency.html: beyond the reserved concurrency the call is throttled, and nothing is invoked.
func TestReservedConcurrencyThrottles(t *testing.T) {
	one := 1
	f := start(t, func(c *Config) { c.Reserved = &one })
	gate := filepath.Join(t.TempDir(), "gate")
	done := make(chan reply)
	go func() { done <- call(t, f, fmt.Sprintf(`{"Do":"await","File":%q}`, gate)) }()
	until(t, func() bool { return f.Stats().Running == 1 })
	_, err := f.Invoke(context.Background(), []byte(`{}`))
	var throttled interface{ Throttled() bool }
	if !errors.As(err, &throttled) || !throttled.Throttled() {
		t.Errorf("got %v, want a throttle", err)
	}
	open(t, gate)
	<-done
	if s := f.Stats(); s.Throttles != 1 || s.Invocations != 1 {
		t.Errorf("stats = %+v", s)
	}
}

// The machine's own limit makes a call wait, since the cloud would have served it.
func TestTheMachinesLimitMakesCallsWait(t *testing.T) {
	f := start(t, func(c *Config) { c.Processes = 1 })
	gate := filepath.Join(t.TempDir(), "gate")
	done := make(chan reply, 2)
	go func() { done <- call(t, f, fmt.Sprintf(`{"Do":"await","File":%q}`, gate)) }()
	until(t, func() bool { return f.Stats().Running == 1 })
	go func() { done <- call(t, f, `{}`) }()
	until(t, func() bool { return f.Stats().Running == 2 })
	open(t, gate)
	if a, b := <-done, <-done; a.PID != b.PID || f.Stats().ColdStarts != 1 {
		t.Error("a second process was started")
	}
}

// configuration-timeout.html: at the time-out the invocation ends and its environment with it; the next is a cold start.
func TestAHangingFunctionIsKilledAtItsTimeout(t *testing.T) {
	f := start(t, func(c *Config) { c.Timeout = 200 * time.Millisecond })
	before := call(t, f, `{}`)
	e := failure(t, f, `{"Do":"sleep"}`)
	if e.Type != "Sandbox.Timedout" || !strings.Contains(e.Message, "Task timed out after 0.20 seconds") || !e.Timeout() {
		t.Errorf("got %v", e)
	}
	if after := call(t, f, `{}`); after.PID == before.PID {
		t.Error("the hanging process was reused")
	}
	if s := f.Stats(); s.Timeouts != 1 || s.Errors != 1 || s.ColdStarts != 2 {
		t.Errorf("stats = %+v", s)
	}
}

// lambda-runtime-environment.html "Failures during the invoke phase": a crash ends the environment, the next is fresh.
func TestACrashedFunctionIsReplaced(t *testing.T) {
	f := start(t, nil)
	before := call(t, f, `{}`)
	e := failure(t, f, `{"Do":"exit"}`)
	if e.Type != "Runtime.ExitError" || !strings.Contains(e.Message, "Runtime exited with error: exit status 3") {
		t.Errorf("got %v", e)
	}
	if after := call(t, f, `{}`); after.PID == before.PID || f.Stats().ColdStarts != 2 {
		t.Error("want a cold start after a crash")
	}
	if !strings.Contains(strings.Join(f.Logs(), "\n"), "\nleaving\n") {
		t.Errorf("what it wrote is not in the logs: %q", f.Logs())
	}
}

// golang-exceptions.html: an error that the handler returns has its type and message; the environment lives on, but
// after a panic the runtime ends it.
func TestReportedErrors(t *testing.T) {
	f := start(t, nil)
	if e := failure(t, f, `{"Do":"error"}`); e.Type != "errorString" || e.Message != "no such customer" {
		t.Errorf("got %v", e)
	}
	if e := failure(t, f, `{"Do":"panic"}`); e.Message != "out of its mind" {
		t.Errorf("got %v", e)
	}
	call(t, f, `{}`)
	if s := f.Stats(); s.ColdStarts != 2 || s.Errors != 2 {
		t.Errorf("stats = %+v", s)
	}
}

// lambda-runtime-environment.html "Failures during the init phase".
func TestAFunctionThatCannotStart(t *testing.T) {
	f := start(t, func(c *Config) { c.Bootstrap = bootstraps.broken })
	if e := failure(t, f, `{}`); e.Type != "Runtime.ExitError" || !strings.Contains(e.Message, "exit status 1") {
		t.Errorf("got %v", e)
	}
	if !strings.Contains(strings.Join(f.Logs(), "\n"), "CUSTOMERS_TABLE is missing") {
		t.Errorf("its reason is not in the logs: %q", f.Logs())
	}
}

// gettingstarted-limits.html: 6 MB for the request and for the response of a synchronous invocation.
func TestPayloadLimits(t *testing.T) {
	f := start(t, nil)
	if e := failure(t, f, `{"Bytes":6300000}`); e.Type != "Function.ResponseSizeTooLarge" {
		t.Errorf("got %v", e)
	}
	call(t, f, `{"Bytes":6000000}`)
	if e := failure(t, f, strings.Repeat(" ", MaxPayload+1)); e.Type != "RequestEntityTooLarge" {
		t.Errorf("got %v", e)
	}
}

func TestInjectedFaults(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		event string
		want  string
	}{
		{Fault{Kind: Fail, Times: 1}, `{}`, "Injected.Failure"},
		{Fault{Kind: Hang, Times: 1}, `{}`, "Sandbox.Timedout"},
		{Fault{Kind: Crash, Times: 1, After: 20 * time.Millisecond}, `{"Do":"sleep"}`, "Runtime.ExitError"},
	} {
		t.Run(c.fault.Kind, func(t *testing.T) {
			f := start(t, func(c *Config) { c.Timeout = 300 * time.Millisecond })
			if err := f.Inject(c.fault); err != nil {
				t.Fatal(err)
			}
			if e := failure(t, f, c.event); e.Type != c.want {
				t.Errorf("got %v, want %s", e, c.want)
			}
			call(t, f, `{}`) // one time only
		})
	}
}

// A crash after the work and before the answer is the one that finds handlers that aren't idempotent.
func TestACrashAfterTheWorkLosesTheAnswer(t *testing.T) {
	f := start(t, nil)
	file := filepath.Join(t.TempDir(), "written")
	if err := f.Inject(Fault{Kind: Crash, Times: 1, After: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if e := failure(t, f, fmt.Sprintf(`{"Do":"write","File":%q}`, file)); e.Type != "Runtime.ExitError" {
		t.Errorf("got %v", e)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error("the work was not done:", err)
	}
}

func TestAStoppedFunctionIsThrottledUntilTakenBack(t *testing.T) {
	f := start(t, nil)
	if err := f.Inject(Fault{Kind: Stop}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f.Invoke(context.Background(), []byte(`{}`)); !errors.Is(err, ErrThrottled) {
			t.Fatalf("got %v", err)
		}
	}
	if err := f.Inject(Fault{Kind: None}); err != nil {
		t.Fatal(err)
	}
	call(t, f, `{}`)
	if err := f.Inject(Fault{Kind: "explode"}); err == nil {
		t.Error("an unknown fault was accepted")
	}
}

// A caller that goes away doesn't end the invocation ("Task timed out" is the only end that Lambda gives it).
func TestAnInvocationOutlivesItsCaller(t *testing.T) {
	f := start(t, nil)
	gate := filepath.Join(t.TempDir(), "gate")
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() {
		_, err := f.Invoke(ctx, fmt.Appendf(nil, `{"Do":"await","File":%q}`, gate))
		gone <- err
	}()
	until(t, func() bool { _, err := os.Stat(gate + ".waiting"); return err == nil })
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if f.Stats().Running != 1 {
		t.Error("the invocation ended with its caller")
	}
	open(t, gate)
	until(t, func() bool { return f.Stats().Running == 0 })
	if s := f.Stats(); s.Errors != 0 {
		t.Errorf("stats = %+v", s)
	}
}

// until polls a condition that another process brings about.
func until(t *testing.T, condition func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the condition did not come about")
		}
	}
}

func open(t *testing.T, gate string) {
	t.Helper()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// "Lambda function metrics in CloudWatch Logs": the REPORT line, docs/lambda/latest/dg/monitoring-cloudwatchlogs.html.
func TestTheReportOfAnInvocation(t *testing.T) {
	f := start(t, nil)
	call(t, f, `{}`)
	report := regexp.MustCompile(`\nREPORT RequestId: \S+\tDuration: [0-9.]+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9][0-9]* MB\tInit Duration: [0-9.]+ ms`)
	if logs := strings.Join(f.Logs(), "\n"); runtime.GOOS == "linux" && !report.MatchString(logs) {
		t.Errorf("no such line in %q", logs)
	}
}
