package journeys_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"guanxi/infra/local/clock"
)

// startHost starts the local cloud as a process of its own, as make dev does, with its data on disk. A second start goes
// on with the data of the first.
func startHost(j *journey, _ args) error {
	if j.system != nil {
		return errors.New("a system is running")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	dir, program := filepath.Join(j.dir, "host"), filepath.Join(j.dir, "host.exe")
	if _, err := os.Stat(program); err != nil {
		if out, err := exec.Command("go", "build", "-o", program, "../local").CombinedOutput(); err != nil {
			return fmt.Errorf("build the host: %w\n%s", err, out)
		}
	}
	if err := clock.Begin(filepath.Join(dir, "clock.json"), begin()); err != nil {
		return err
	}
	host := exec.Command(program, "--dir", dir, "--port", "0", "--control-port", "0", "--issuer-port", "0")
	host.Dir = root
	for _, variable := range os.Environ() { // it starts servers of its own
		if name, _, _ := strings.Cut(variable, "="); name != "DYNAMODB_ENDPOINT" && name != "SQS_ENDPOINT" {
			host.Env = append(host.Env, variable)
		}
	}
	said, err := host.StdoutPipe()
	if err != nil {
		return err
	}
	var complaint, printed strings.Builder
	host.Stderr = &complaint
	if err := host.Start(); err != nil {
		return err
	}
	// It says when it is ready. Reading on keeps it from being held up; Wait comes after, as os/exec asks.
	ended := make(chan struct{})
	ready := make(chan struct{})
	go func() {
		defer close(ended)
		told := false
		for lines := bufio.NewScanner(said); lines.Scan(); {
			fmt.Fprintln(&printed, lines.Text())
			if !told && strings.HasSuffix(lines.Text(), "  ready") {
				told = true
				close(ready)
			}
		}
		_ = host.Wait()
	}()
	end := func(how os.Signal) {
		_ = host.Process.Signal(how)
		<-ended
	}
	j.system = &system{stack: "local", dir: dir, end: func() { end(syscall.SIGTERM) }, kill: func() { end(syscall.SIGKILL) },
		said: func() string { return printed.String() + complaint.String() }}
	select {
	case <-ended:
		j.system = nil
		return fmt.Errorf("the host did not start: %s", complaint.String())
	case <-ready:
	}
	text, err := os.ReadFile(filepath.Join(dir, "dev.json"))
	if err != nil {
		return err
	}
	var dev struct{ API, Control, Issuer, DynamoDB, SQS string }
	if err := json.Unmarshal(text, &dev); err != nil {
		return err
	}
	s := j.system
	s.api, s.control, s.issuer, s.dynamodb, s.sqs = dev.API, dev.Control, dev.Issuer, dev.DynamoDB, dev.SQS
	return nil
}

// killHost ends the host as a power cut would.
func killHost(j *journey, _ args) error {
	if j.system == nil || j.system.kill == nil {
		return errors.New("no host runs as a process of its own")
	}
	j.system.kill()
	j.system.end = nil
	j.end()
	return nil
}

// rushers is how many deliveries of a rush are under way at once.
const rushers = 4

// rush delivers orders of several buyers in turn, many at once, and kills the host after so many answers. What had no
// answer by then is known as sent and not as answered.
func rush(j *journey, a args) error {
	s, err := j.shop(a["shop"])
	if err != nil {
		return err
	}
	orders, err1 := number(a["orders"])
	buyers, err2 := number(a["buyers"])
	last, err3 := number(a["kill-after"])
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	placed, err := j.now()
	if err != nil {
		return err
	}
	todo := make(chan delivery, orders)
	for i := range orders {
		buyer := 1 + i%buyers
		d, err := s.states("orders/create", s.order(fmt.Sprint(1000+i), fmt.Sprintf("buyer-%d@example.com", buyer), fmt.Sprint(100+buyer), a["amount"], placed, placed))
		if err != nil {
			return err
		}
		todo <- d
		j.sent = append(j.sent, d)
	}
	close(todo)
	api, kill := j.system.api, sync.OnceValue(func() error { return killHost(j, nil) })
	var answered atomic.Int64
	var mu sync.Mutex
	var group sync.WaitGroup
	var failed error
	for range rushers {
		group.Go(func() {
			for d := range todo {
				answer, err := send("POST", api+d.shop.path(), d.shop.signed(d.topic, d.body, time.Now()), d.body)
				if err != nil || answer.status != 200 {
					return // the host is gone
				}
				mu.Lock()
				j.answered = append(j.answered, d.order)
				mu.Unlock()
				if answered.Add(1) == int64(last) {
					if err := kill(); err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
					}
				}
			}
		})
	}
	group.Wait()
	if len(j.answered) < last || len(j.answered) == orders {
		return fmt.Errorf("%d of %d orders were answered: the kill was to come after %d", len(j.answered), orders, last)
	}
	return failed
}

// expectAnswered holds the system to what it answered: every order that it accepted is there.
func expectAnswered(j *journey, _ args) error {
	if len(j.answered) == 0 {
		return errors.New("nothing was answered in a rush")
	}
	for _, id := range j.answered {
		var order object
		if err := j.read("/v1/orders/"+id, &order); err != nil {
			return fmt.Errorf("order %s was accepted: %w", id, err)
		}
	}
	return nil
}

// expectRepaired is about what the last start says it repaired.
func expectRepaired(j *journey, a args) error {
	var status struct{ Repaired []string }
	if err := j.control("GET", "/status", nil, &status); err != nil {
		return err
	}
	for _, line := range status.Repaired {
		if strings.Contains(line, a["text"]) {
			return nil
		}
	}
	return fmt.Errorf("nothing about %q was repaired: %q", a["text"], status.Repaired)
}
