// Package journeys_test holds what the whole system promises, told as stories: each testdata/*.txtar is a journey that a
// shop manager can read, run by testscript on the real functions over the local cloud. commands_test.go is the language.
// The rehearsals in docs/runbooks are journeys, too.
//
// A journey is a client: it knows the API, the shops' signatures and the local cloud's control port, nothing of the
// code. Each has a cloud of its own (tables, queues, functions, clock) and shares only the two servers, so journeys run
// side by side and in any order. All begin at the same time (see begin), and nothing sleeps: settle and advance return
// when everything that follows is done.
package journeys_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"guanxi/infra/local/backing"
)

// begin is when every journey begins: Monday, 5 January 2026, at ten in the morning in Shanghai.
func begin() time.Time { return time.Date(2026, time.January, 5, 10, 0, 0, 0, shanghai()) }

// shanghai is the deployment's time zone; it has known no other offset since 1991.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func TestJourneys(t *testing.T) {
	shareServers(t)
	stories, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	stories = append(stories, rehearsals(t)...)
	used := &grants{all: len(stories), times: map[string]int{}}
	t.Cleanup(func() { used.check(t) })
	testscript.Run(t, testscript.Params{
		Files:              stories,
		RequireUniqueNames: true,
		Cmds:               words(commands()),
		Setup: func(env *testscript.Env) error {
			j := &journey{dir: env.WorkDir, grants: used, shops: map[string]shop{}, tokens: map[string]string{}, gone: map[string]string{}}
			env.Values[journeyKey{}] = j
			env.Defer(j.end)
			used.begin()
			return nil
		},
	})
}

// shareServers starts DynamoDB Local and ElasticMQ for all journeys, unless the environment names servers that run.
func shareServers(t *testing.T) {
	jars, err := backing.JarDir()
	if err != nil {
		t.Fatal(err)
	}
	config := backing.Config{JarDir: jars, InMemory: true}
	if os.Getenv("DYNAMODB_ENDPOINT") == "" || os.Getenv("SQS_ENDPOINT") == "" {
		if err := backing.Fetch(t.Context(), config); err != nil {
			t.Fatal(err)
		}
	}
	servers, err := backing.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Stop)
	t.Setenv("DYNAMODB_ENDPOINT", servers.DynamoDB)
	t.Setenv("SQS_ENDPOINT", servers.SQS)
}
