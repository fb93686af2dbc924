package backing

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// jars is filled once for all tests.
var jars string

func TestMain(m *testing.M) {
	dir, err := JarDir()
	if err == nil {
		err = Fetch(context.Background(), Config{JarDir: dir, Progress: func(s string) { fmt.Fprintln(os.Stderr, s) }})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	jars = dir
	os.Exit(m.Run())
}

func run(t testing.TB, c Config) *Servers {
	t.Helper()
	c.JarDir = jars
	// These tests are about servers of their own.
	t.Setenv("DYNAMODB_ENDPOINT", "")
	t.Setenv("SQS_ENDPOINT", "")
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func clients(s *Servers) (*dynamodb.Client, *sqs.Client) {
	key := credentials.NewStaticCredentialsProvider("local", "local", "")
	return dynamodb.New(dynamodb.Options{Region: Region, Credentials: key, BaseEndpoint: &s.DynamoDB}),
		sqs.New(sqs.Options{Region: Region, Credentials: key, BaseEndpoint: &s.SQS})
}

// A start is most of a test's time, so these share one; the last of them ends it.
func TestInMemory(t *testing.T) {
	s := run(t, Config{InMemory: true})
	t.Run("loopback", func(t *testing.T) { testServersAnswerOnLoopbackAlone(t, s) })
	t.Run("quirks", func(t *testing.T) { testWhatTheServersGetWrong(t, s) })
	t.Run("end", func(t *testing.T) { testServersEndWithTheirHost(t, s) })
}

func testServersAnswerOnLoopbackAlone(t *testing.T, s *Servers) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{s.DynamoDB, s.SQS} {
		u, err := url.Parse(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range addresses {
			ip := address.(*net.IPNet).IP
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), u.Port()), time.Second)
			if err == nil {
				_ = conn.Close()
			}
			if reached, wanted := err == nil, ip.Equal(net.IPv4(127, 0, 0, 1)); reached != wanted {
				t.Errorf("%s reached through %v: %v, want %v", endpoint, ip, reached, wanted)
			}
		}
	}
}

// A server killed with -9 has kept whatever it had answered, and the next start finds it.
func TestNothingAnsweredIsLostByKill(t *testing.T) {
	c := Config{DataDir: t.TempDir()}
	s := run(t, c)
	tables, queues := clients(s)
	createTable(t, tables, "Table")
	q := createQueue(t, queues, "Q", nil)
	const n = 200
	for i := range n {
		put(t, tables, "Table", fmt.Sprint(i))
		send(t, queues, q, fmt.Sprint(i))
	}
	inFlight := receive(t, queues, q, 10)
	if _, err := queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q, ReceiptHandle: inFlight[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	for _, p := range s.running {
		if err := syscall.Kill(p.cmd.Process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	for range s.running {
		select {
		case err := <-s.Failed():
			if !strings.Contains(err.Error(), "ended by itself") {
				t.Errorf("failure reads %q", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nobody heard that the servers died")
		}
	}
	s.Stop()

	s = run(t, c)
	tables, queues = clients(s)
	got, err := tables.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Table"), Select: ddb.SelectCount})
	if err != nil {
		t.Fatal(err)
	}
	if got.Count != n {
		t.Errorf("%d items after the kill, want %d", got.Count, n)
	}
	q = createQueue(t, queues, "Q", nil)
	visible, flying := depth(t, queues, q)
	if visible+flying != n-1 {
		t.Errorf("%d visible and %d in flight after the kill, want %d together", visible, flying, n-1)
	}
	t.Logf("after the kill: %d visible, %d in flight", visible, flying)
}

// One host at a time uses a directory; and a server that has outlived its host, however that came
// about, is ended by the next start.
func TestDirectoryHasOneHost(t *testing.T) {
	c := Config{DataDir: t.TempDir()}
	s := run(t, c)
	c.JarDir = jars
	_, err := Start(t.Context(), c)
	if want := fmt.Sprintf("in use by process %d", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("second start: %v, want %q", err, want)
	}
	// As if this host had been killed and its servers had not noticed.
	file := filepath.Join(c.DataDir, "servers.lock")
	left, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.lock.release()
	if err := os.WriteFile(file, left, 0o644); err != nil {
		t.Fatal(err)
	}
	next := run(t, c)
	if len(next.Repaired) != 2 {
		t.Errorf("repaired %q, want both servers", next.Repaired)
	}
}

// When the host's end of standard input closes, the server ends without further ado.
func testServersEndWithTheirHost(t *testing.T, s *Servers) {
	for _, p := range s.running {
		if err := p.alive.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-p.ended:
		case <-time.After(5 * time.Second):
			t.Errorf("%s outlived its host", p.name)
		}
	}
}

func TestNamedServersAreTakenAsTheyAre(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("SQS_ENDPOINT", "http://127.0.0.1:2")
	s, err := Start(t.Context(), Config{JarDir: "/nowhere", InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if s.DynamoDB != "http://127.0.0.1:1" || s.SQS != "http://127.0.0.1:2" {
		t.Errorf("got %q and %q", s.DynamoDB, s.SQS)
	}
}

func TestMissingToolsAreOneLine(t *testing.T) {
	const java17 = `echo 'openjdk version "17.0.1" 2021' >&2`
	for name, test := range map[string]struct {
		tools map[string]string
		want  string
	}{
		"no java": {nil, "java is missing: install a JDK 17"},
		"old java": {
			map[string]string{"java": `echo 'openjdk version "11.0.20" 2023' >&2`},
			`java is too old (openjdk version "11.0.20" 2023): install a JDK 17`,
		},
		"Java 8": {
			map[string]string{"java": `echo 'java version "1.8.0_402"' >&2`},
			`java is too old (java version "1.8.0_402"): install a JDK 17`,
		},
		"no compiler": {map[string]string{"java": java17}, "javac is missing: install a JDK 17"},
		"no Maven":    {map[string]string{"java": java17, "javac": "true"}, "mvn is missing: install Maven 3"},
		"no network": {
			map[string]string{"java": java17, "javac": "true", "mvn": "echo 'Could not transfer artifact: Unknown host repo.example'; exit 1"},
			"no way to the package repository (Unknown host): check the network",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			for tool, body := range test.tools {
				writeTool(t, bin, tool, body)
			}
			t.Setenv("PATH", bin)
			t.Setenv("DYNAMODB_ENDPOINT", "")
			err := Fetch(t.Context(), Config{JarDir: filepath.Join(t.TempDir(), "jars")})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant one line with %q", err, test.want)
			}
		})
	}
}

func TestServerThatDoesNotStartShowsItsLog(t *testing.T) {
	bin := t.TempDir()
	writeTool(t, bin, "java", "echo the disk is full; exit 3")
	t.Setenv("PATH", bin)
	t.Setenv("DYNAMODB_ENDPOINT", "")
	t.Setenv("SQS_ENDPOINT", "")
	_, err := Start(t.Context(), Config{JarDir: jars, InMemory: true, Log: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "start DynamoDB Local") || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v, want the server's name and its last lines", err)
	}
}
