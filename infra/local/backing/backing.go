// Package backing owns the two servers that the local cloud stands on: DynamoDB Local and
// ElasticMQ, an SQS server. It fetches them, starts each in a JVM of its own on a free loopback
// port, and ends them.
//
// # Who ends what
//
// Each JVM reads its standard input, whose other end the host holds: when the host ends, killed or
// not, the JVM ends at once. Should a JVM be stuck, the data directory's lock file still names it,
// and the next Start ends it, once its command line has shown that the number is not another
// program's by now. Two hosts cannot use one data directory: the second is told so.
//
// # What survives
//
// DynamoDB Local keeps its tables and streams in DataDir/dynamodb (SQLite), ElasticMQ its queues and
// messages in DataDir/sqs (H2). Killed with -9, both have kept whatever they had answered
// (TestNothingAnsweredIsLostByKill). For ElasticMQ that needs its message storage, and H2's
// WRITE_DELAY=0: by default H2 writes a commit up to half a second late. Storage makes a message
// (sent, received, deleted: 6 to 7 ms on two busy cores) dearer by 1 ms, under heavy load by a few
// (BenchmarkMessage). A message that was in flight is in flight again, until its visibility time-out
// ends.
//
// # What these servers get wrong
//
// Pinned in quirks_test.go, so that a mended server is noticed:
//   - DynamoDB Local reports too few units for a transaction: 2 for three small puts, which DynamoDB
//     bills as 6.
//   - ElasticMQ moves messages out of any queue, SQS only out of a dead-letter queue.
//   - ElasticMQ takes a retention period and forgets it: messages stay until they are deleted.
//
// Package source pins what concerns streams. Not pinned, since it shows only in time, in mass or by
// chance: transactions never conflict, nothing throttles, TTL deletes when it likes, there are no
// continuous backups, and a table with a stream that is created after tens of thousands of stream
// records has slow writes, so tables are created once per start.
package backing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Region and AccountID are what both servers are addressed with and what stands in queue ARNs.
// (Stream and table ARNs of DynamoDB Local always say ddblocal.)
const (
	Region    = "us-east-1"
	AccountID = "000000000000"
)

// Config says where the servers come from and where they keep their data.
type Config struct {
	// JarDir holds what Fetch brought; see JarDir().
	JarDir string
	// DataDir keeps tables and messages. It is not used when InMemory.
	DataDir string
	// InMemory forgets everything at Stop.
	InMemory bool
	// Log receives what the servers print, line by line. May be nil.
	Log io.Writer
	// Progress is told what is being done, in a few words each. May be nil.
	Progress func(string)
}

// Servers are the two running servers.
type Servers struct {
	// DynamoDB and SQS are endpoint URLs, as http://127.0.0.1:43211.
	DynamoDB, SQS string
	// Repaired says, a line each, what the last host had left behind.
	Repaired []string

	running  []*process
	watchers sync.WaitGroup
	lock     *lock
	failed   chan error
	stop     sync.Once
}

// StartInMemory fetches what is missing and starts both servers in memory from the default JarDir,
// for tests and trials.
func StartInMemory(ctx context.Context) (*Servers, error) {
	dir, err := JarDir()
	if err != nil {
		return nil, err
	}
	c := Config{JarDir: dir, InMemory: true}
	if err := Fetch(ctx, c); err != nil {
		return nil, err
	}
	return Start(ctx, c)
}

// Start starts both servers and returns when they answer. A server that DYNAMODB_ENDPOINT or
// SQS_ENDPOINT names is taken as it is, and left alone by Stop. The servers outlive ctx, which
// bounds only the start.
func Start(ctx context.Context, c Config) (_ *Servers, err error) {
	c = c.withDefaults()
	if !c.InMemory {
		// Absolute: it is what tells our servers from others on the list of processes.
		if c.DataDir, err = filepath.Abs(c.DataDir); err != nil {
			return nil, fmt.Errorf("use the data directory: %w", err)
		}
	}
	s := &Servers{
		DynamoDB: os.Getenv("DYNAMODB_ENDPOINT"),
		SQS:      os.Getenv("SQS_ENDPOINT"),
		failed:   make(chan error, 2),
	}
	var programs []program
	if s.DynamoDB == "" {
		programs = append(programs, dynamoDB(c, &s.DynamoDB))
	}
	if s.SQS == "" {
		programs = append(programs, elasticMQ(c, &s.SQS))
	}
	if len(programs) == 0 {
		return s, nil
	}
	if err := fetched(c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if !c.InMemory {
		if s.lock, s.Repaired, err = takeLock(c.DataDir); err != nil {
			return nil, err
		}
	}
	if err := s.startAll(ctx, c, programs); err != nil {
		return nil, err
	}
	return s, nil
}

// startAll starts the programs side by side, since each takes a second of mostly waiting.
func (s *Servers) startAll(ctx context.Context, c Config, programs []program) error {
	started := make([]*process, len(programs))
	errs := make([]error, len(programs))
	var wg sync.WaitGroup
	for i, p := range programs {
		c.Progress("starting " + p.name)
		wg.Go(func() { started[i], errs[i] = start(ctx, p, c.Log) })
	}
	wg.Wait()
	for i, p := range started {
		if p == nil {
			continue
		}
		*programs[i].endpoint = p.endpoint
		s.running = append(s.running, p)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if s.lock != nil {
		if err := s.lock.write(s.running); err != nil {
			return err
		}
	}
	for _, p := range s.running {
		s.watchers.Go(func() {
			if err := p.wait(); err != nil {
				s.failed <- err
			}
		})
	}
	return nil
}

// Failed receives the cause when a server ends without having been asked to. Stop closes it.
func (s *Servers) Failed() <-chan error { return s.failed }

// Stop ends what Start started: politely first, after a few seconds by force.
func (s *Servers) Stop() { s.stop.Do(s.stopAll) }

func (s *Servers) stopAll() {
	var stopping sync.WaitGroup
	for _, p := range s.running {
		stopping.Go(p.stop)
	}
	stopping.Wait()
	s.watchers.Wait()
	close(s.failed)
	if s.lock != nil {
		s.lock.release()
	}
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = io.Discard
	}
	c.Log = &sharedLog{to: c.Log}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
	return c
}

// sharedLog lets two servers write to one log.
type sharedLog struct {
	mu sync.Mutex
	to io.Writer
}

func (l *sharedLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(line)
}

// dynamoDB is DynamoDB Local with one database for all regions and keys.
func dynamoDB(c Config, endpoint *string) program {
	p := program{name: "DynamoDB Local", jars: c.JarDir, args: []string{"dynamodb"}, endpoint: endpoint}
	if !c.InMemory {
		p.directory = filepath.Join(c.DataDir, "dynamodb")
		p.args = append(p.args, p.directory)
	}
	// SQLite is native code that lies beside the jars.
	p.properties = []string{"sqlite4java.library.path=" + c.JarDir}
	return p
}

// elasticMQ is ElasticMQ, its storage switched on unless everything may be forgotten.
func elasticMQ(c Config, endpoint *string) program {
	p := program{name: "ElasticMQ", jars: c.JarDir, args: []string{"sqs"}, endpoint: endpoint}
	p.properties = []string{
		"rest-sqs.bind-hostname=127.0.0.1",
		"rest-sqs.bind-port=0",
		"generate-node-address=true",
		"rest-stats.enabled=false",
		"aws.region=" + Region,
		"aws.accountId=" + AccountID,
		"pekko.loglevel=WARNING",
	}
	if !c.InMemory {
		p.directory = filepath.Join(c.DataDir, "sqs")
		p.properties = append(p.properties,
			"messages-storage.enabled=true",
			fmt.Sprintf("messages-storage.uri=jdbc:h2:file:%s;WRITE_DELAY=0", filepath.Join(p.directory, "messages")),
		)
	}
	return p
}
