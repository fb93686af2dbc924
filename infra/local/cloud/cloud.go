// Package cloud makes one running system of a SAM template: it starts the two servers, creates tables and queues,
// builds the functions, and sets the API, the event sources, the schedules and the control port on top of them.
//
// It owns the data directory and the order in which things start and end:
//
//	host.lock       held while a host runs; what it still says after a crash tells the next start
//	data/           DynamoDB Local's and ElasticMQ's files
//	keys/           KMS key files; issuer.jwk is the token issuer's
//	clock.json      the clock; schedules is the virtual time up to which schedules have fired
//	streams/        how far each stream was read
//	logs/           a file per function, and the servers' own
//	children/       the bootstraps that run now
//
// Nothing is lost by a crash of the host: what was answered lies in the servers' files, a stream goes on from the last
// record that its function had acknowledged, a message that was in flight comes back. Start says what it repaired.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"guanxi/infra/local/backing"
	"guanxi/infra/local/clock"
	"guanxi/infra/local/control"
	"guanxi/infra/local/function"
	"guanxi/infra/local/gateway"
	"guanxi/infra/local/iam"
	"guanxi/infra/local/template"
)

// Config says what to start and where.
type Config struct {
	Template   string            // path of template.yaml
	Parameters map[string]string // of the template; an issuer needs none, the local one serves
	Stack      string            // begins the names of tables and queues; "" means "local"

	Dir      string // data directory; "" makes one that Stop removes
	InMemory bool   // the servers keep nothing on disk; the other files still lie in Dir
	JarDir   string // the servers' jars; "" means backing.JarDir()
	BinDir   string // bootstraps, shared by all hosts; "" means .local/bin/functions beside the template

	APIPort, ControlPort, IssuerPort int // 0 means any free port

	Processes  int           // at most per function; 0 means four for each core
	RetryAfter time.Duration // when a failed message is seen again; 0 means a second, negative the queue's own time-out

	Progress func(string) // a line about what begins; may be nil
}

// Cloud is a running system.
type Cloud struct {
	API, Control, DynamoDB, SQS, Issuer string // URLs
	Repaired                            []string

	config   Config
	template *template.Template
	ledger   *iam.Ledger
	clock    *clock.Clock
	servers  *backing.Servers
	clients  clients
	issuer   *gateway.Issuer
	control  *control.Control

	functions map[string]*function.Function // by logical id
	undo      []func()                      // what Stop does, the last first
	once      sync.Once
	failures  chan error
}

// Start returns when everything answers. The context bounds the start, not the life of the system.
func Start(ctx context.Context, config Config) (_ *Cloud, err error) {
	c := &Cloud{config: config.withDefaults(), functions: map[string]*function.Function{}, failures: make(chan error, 64)}
	defer func() {
		if err != nil {
			c.Stop()
		}
	}()
	if err := c.directory(); err != nil {
		return nil, err
	}
	seams, err := c.listen()
	if err != nil {
		return nil, err
	}
	// The template is read before anything slow: what it can't do is told at once.
	place := template.Place{Region: backing.Region, Account: backing.AccountID, Stack: c.config.Stack, SQS: seams.sqs.url}
	if c.template, err = template.Load(c.config.Template, place, c.config.Parameters); err != nil {
		return nil, err
	}
	if c.ledger, err = iam.New(c.template, place); err != nil {
		return nil, fmt.Errorf("%s:\n%w", c.config.Template, err)
	}
	if c.clock, err = clock.Open(c.file("clock.json")); err != nil {
		return nil, err
	}
	bootstraps, err := c.prepare(ctx)
	if err != nil {
		return nil, err
	}
	seams.dynamodb.to(c.servers.DynamoDB, c.ledger.DynamoDB)
	seams.sqs.to(c.servers.SQS, c.ledger.SQS)
	c.config.Progress("creating tables and queues")
	streams, err := c.create(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.start(seams, bootstraps, streams); err != nil {
		return nil, err
	}
	return c, nil
}

func (c Config) withDefaults() Config {
	if c.Stack == "" {
		c.Stack = "local"
	}
	if c.BinDir == "" {
		c.BinDir = filepath.Join(filepath.Dir(c.Template), ".local", "bin", "functions")
	}
	if c.Processes == 0 {
		c.Processes = 4 * runtime.NumCPU()
	}
	switch {
	case c.RetryAfter == 0:
		c.RetryAfter = time.Second
	case c.RetryAfter < 0:
		c.RetryAfter = 0
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	return c
}

func (c *Cloud) file(parts ...string) string {
	return filepath.Join(append([]string{c.config.Dir}, parts...)...)
}

// onStop adds to what Stop does.
func (c *Cloud) onStop(f func()) { c.undo = append(c.undo, f) }

// Stop ends everything that Start started, the last first, and returns when it's gone. It may be called again.
func (c *Cloud) Stop() {
	c.once.Do(func() {
		for _, f := range slices.Backward(c.undo) {
			f()
		}
	})
}

// Failed receives an error when a part ends that should run on: a server, a source.
func (c *Cloud) Failed() <-chan error { return c.failures }

func (c *Cloud) fail(err error) {
	select {
	case c.failures <- err:
	default: // the first 64 will do
	}
}

// directory makes and locks the data directory.
func (c *Cloud) directory() error {
	if c.config.Dir == "" {
		dir, err := os.MkdirTemp("", "local-cloud-")
		if err != nil {
			return err
		}
		c.config.Dir = dir
		c.onStop(func() { _ = os.RemoveAll(dir) })
	}
	dir, err := filepath.Abs(c.config.Dir)
	if err != nil {
		return err
	}
	c.config.Dir = dir
	for _, part := range []string{"logs", "streams"} {
		if err := os.MkdirAll(c.file(part), 0o755); err != nil {
			return err
		}
	}
	held, unclean, err := hold(c.file("host.lock"))
	if err != nil {
		return err
	}
	c.onStop(held.release)
	if unclean != "" {
		c.Repaired = append(c.Repaired, fmt.Sprintf("the last host (process %s) ended without stopping; streams go on from the last acknowledged record, messages in flight come back", unclean))
	}
	return nil
}

// prepare builds the functions while the servers start.
func (c *Cloud) prepare(ctx context.Context) (bootstraps map[string]string, err error) {
	var wg sync.WaitGroup
	var buildErr, serveErr error
	wg.Go(func() { bootstraps, buildErr = c.build(ctx) })
	wg.Go(func() { serveErr = c.serve(ctx) })
	wg.Wait()
	return bootstraps, errors.Join(buildErr, serveErr)
}

func (c *Cloud) build(ctx context.Context) (map[string]string, error) {
	var folders []string
	for _, f := range c.template.Functions {
		if !slices.Contains(folders, f.CodeURI) {
			folders = append(folders, f.CodeURI)
		}
	}
	if len(folders) == 0 {
		return nil, nil
	}
	c.config.Progress(fmt.Sprintf("building %d functions", len(folders)))
	built, err := function.Build(ctx, c.template.Root, c.config.BinDir, folders)
	if err != nil {
		return nil, err
	}
	bootstraps := map[string]string{}
	for i, folder := range folders {
		bootstraps[folder] = built[i]
	}
	return bootstraps, nil
}

// serve starts the two servers.
func (c *Cloud) serve(ctx context.Context) error {
	config := backing.Config{JarDir: c.config.JarDir, DataDir: c.file("data"), InMemory: c.config.InMemory, Progress: c.config.Progress}
	if config.JarDir == "" {
		dir, err := backing.JarDir()
		if err != nil {
			return err
		}
		config.JarDir = dir
	}
	log, err := os.Create(c.file("logs", "servers.log"))
	if err != nil {
		return err
	}
	c.onStop(func() { _ = log.Close() })
	config.Log = log
	if os.Getenv("DYNAMODB_ENDPOINT") == "" || os.Getenv("SQS_ENDPOINT") == "" {
		if err := backing.Fetch(ctx, config); err != nil {
			return err
		}
	}
	if c.servers, err = backing.Start(ctx, config); err != nil {
		return err
	}
	c.onStop(c.servers.Stop)
	c.Repaired = append(c.Repaired, c.servers.Repaired...)
	c.DynamoDB, c.SQS = c.servers.DynamoDB, c.servers.SQS
	c.clients = connect(c.DynamoDB, c.SQS)
	return nil
}

// web serves a handler on a listener until Stop, which waits a little for requests under way.
func (c *Cloud) web(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet()}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.fail(fmt.Errorf("the server on %s ended: %w", l.Addr(), err))
		}
	}()
	c.onStop(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	})
}

// Token mints a token for a subject, as the issuer's /token does.
func (c *Cloud) Token(subject string) (string, error) {
	return c.issuer.Token(gateway.Grant{Subject: subject})
}

// Advance moves the clock by a duration, with all that fires on the way; see control.Control.Advance.
func (c *Cloud) Advance(ctx context.Context, by time.Duration) error {
	_, err := c.control.Advance(ctx, c.clock.Now().Add(by))
	return err
}

// Settle waits until nothing is under way; see control.Control.Settle.
func (c *Cloud) Settle(ctx context.Context, limit time.Duration) error {
	return c.control.Settle(ctx, limit)
}

// Now is the virtual time.
func (c *Cloud) Now() time.Time { return c.clock.Now() }

// Output names, by logical id, the tables (names) and queues (URLs) of the stack.
func (c *Cloud) Output() map[string]string {
	out := map[string]string{}
	for _, t := range c.template.Tables {
		out[t.LogicalID] = t.TableName
	}
	for _, q := range c.template.Queues {
		out[q.LogicalID] = q.URL
	}
	return out
}

// DataDir is where the system's files lie.
func (c *Cloud) DataDir() string { return c.config.Dir }

// portError says what to do about a port that can't be had.
func portError(what string, port int, err error) error {
	if port != 0 && strings.Contains(err.Error(), "in use") {
		return fmt.Errorf("port %d for the %s is in use: end what uses it, or choose another one", port, what)
	}
	return fmt.Errorf("the %s's port: %w", what, err)
}
