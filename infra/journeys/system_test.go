package journeys_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"guanxi/infra/local/clock"
	"guanxi/infra/local/cloud"
)

// admin is the subject that a new system knows.
const admin = "admin"

// system is a running guanxi: where it is reached, and how it ends.
type system struct {
	api, control, issuer, dynamodb, sqs string        // URLs
	stack                               string        // begins the names of its tables and queues
	dir                                 string        // where its data and logs lie
	end                                 func()        // nil for one that was killed
	kill                                func()        // nil for one in this process
	said                                func() string // what it printed, once it has ended; nil for one in this process
}

// running is the journey's system; it starts with the first line that needs it.
func (j *journey) running() (*system, error) {
	if j.system != nil {
		return j.system, nil
	}
	s, err := start(j.ts.Name(), j.dir, begin())
	j.system = s
	return s, err
}

// start starts a system, with its data under the folder; its clock shows the time.
func start(name, folder string, at time.Time) (*system, error) {
	dir, err := os.MkdirTemp(folder, "cloud-")
	if err != nil {
		return nil, err
	}
	if err := clock.Begin(filepath.Join(dir, "clock.json"), at); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	stack := fmt.Sprintf("%s-%d-%s", name, os.Getpid(), filepath.Base(dir))
	c, err := cloud.Start(ctx, cloud.Config{
		Template: filepath.Join("..", "..", "template.yaml"), Parameters: map[string]string{"FirstAdminSubject": admin},
		Stack: stack, Dir: dir, InMemory: true, Processes: 2,
	})
	if err != nil {
		return nil, fmt.Errorf("start the local cloud: %w", err)
	}
	return &system{api: c.API, control: c.Control, issuer: c.Issuer, dynamodb: c.DynamoDB, sqs: c.SQS, stack: stack, dir: dir, end: c.Stop}, nil
}

// end stops the system; the next line that needs one gets an empty one. What was delivered stays known.
func (j *journey) end() {
	if j.system != nil {
		if j.system.end != nil {
			j.grants.collect(j.system)
			j.system.end()
		}
		j.system = nil
		clear(j.tokens)
	}
}

// anew goes on with an empty system, at the time when all began.
func anew(j *journey, _ args) error {
	j.end()
	_, err := j.running()
	return err
}
