package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// command is `make dev` on a small template, as a process of its own.
type command struct {
	*exec.Cmd
	dir   string
	out   bytes.Buffer  // read it after the end
	ended chan struct{} // closed then
}

func start(t *testing.T, program, dir string) *command {
	t.Helper()
	c := &command{dir: dir, ended: make(chan struct{}), Cmd: exec.Command(program, "--template", "testdata/template.yaml", "--dir", dir, "--seed", "sh testdata/seed.sh",
		"--port", "0", "--control-port", "0", "--issuer-port", "0")}
	c.Stdout, c.Stderr = &c.out, &c.out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.Wait() // how it ended shows in what it said
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-c.ended
	})
	return c
}

// ready waits for dev.json.
func (c *command) ready(t *testing.T) (d dev) {
	t.Helper()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		text, err := os.ReadFile(filepath.Join(c.dir, "dev.json"))
		if err == nil && json.Unmarshal(text, &d) == nil && answers(d.Control+"/status") {
			return d
		}
		select {
		case <-tick.C:
		case <-c.ended:
			t.Fatalf("it ended:\n%s", c.out.String())
		}
	}
}

func answers(url string) bool {
	response, err := http.Get(url)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// end sends the signal and waits until the process is gone.
func (c *command) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	<-c.ended
}

// A new directory is filled once, a stop leaves nothing but data, a killed host doesn't hinder the next.
func TestTheLifeOfADirectory(t *testing.T) {
	program := filepath.Join(t.TempDir(), "local")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	first := start(t, program, dir)
	d := first.ready(t)
	if len(d.Tokens) != len(subjects()) || d.WebhookSecrets["shop"] != "whsec_x" || d.API == "" || d.DynamoDB == "" || d.SQS == "" || d.Issuer == "" {
		t.Errorf("dev.json = %+v", d)
	}
	if header, err := os.ReadFile(filepath.Join(dir, "as", "manager")); err != nil || string(header) != "Authorization: Bearer "+d.Tokens["manager"]+"\n" {
		t.Errorf("as/manager = %q, %v", header, err)
	}
	first.end(t, syscall.SIGINT)
	for _, gone := range []string{"dev.json", "dev.seeding.json", "as"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was left (%v)", gone, err)
		}
	}
	if said := first.out.String(); !strings.Contains(said, "made of nothing") || !strings.Contains(said, d.API) || !strings.HasSuffix(said, "stopping\n") {
		t.Errorf("it said:\n%s", said)
	}

	second := start(t, program, dir)
	if d := second.ready(t); d.WebhookSecrets["shop"] != "whsec_x" {
		t.Errorf("secrets = %v", d.WebhookSecrets)
	}
	second.end(t, syscall.SIGKILL)

	third := start(t, program, dir)
	third.ready(t)
	third.end(t, syscall.SIGTERM)
	if said := third.out.String(); !strings.Contains(said, "repaired: the last host") {
		t.Errorf("it said:\n%s", said)
	}
	if calls, err := os.ReadFile(filepath.Join(dir, "calls")); err != nil || string(calls) != "called\n" {
		t.Errorf("the directory was filled %q, %v: want once", calls, err)
	}
}

func TestCommandLine(t *testing.T) {
	o, err := parse([]string{"--parameter", "TimeZone=UTC", "--port", "1"})
	if err != nil || o.parameters["TimeZone"] != "UTC" || o.parameters["FirstAdminSubject"] != "admin" || o.port != 1 {
		t.Errorf("got %+v, %v", o, err)
	}
	if _, err := parse([]string{"orders.csv"}); err == nil {
		t.Error("an argument that means nothing was accepted")
	}
	hint := portHint(errors.New("port 8081 for the control port is in use: end what uses it, or choose another one"))
	if want := "port 8081 for the control port is in use: end what uses it, or choose another one: make dev ARGS='--control-port 9080'"; hint.Error() != want {
		t.Errorf("got %v", hint)
	}
}
