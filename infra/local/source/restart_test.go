package source

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"guanxi/infra/local/backing"
)

// Records that were not done when servers and host ended are delivered by the next, from the
// checkpoint; and if the checkpoint is lost, everything that the stream has kept.
func TestStreamOutlivesItsServer(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	t.Setenv("SQS_ENDPOINT", "")
	jars, err := backing.JarDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	checkpoint := filepath.Join(t.TempDir(), "checkpoint.json")
	config := backing.Config{JarDir: jars, DataDir: dir}

	servers, err := backing.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	tables, streams, _ := clients(servers)
	table, arn := createStreamIn(t, tables)
	f := &function{}
	m := StreamMapping{Name: "f", StreamARN: arn, StartTrimHorizon: true, Function: f}
	run := func(checkpoint string) []string {
		t.Helper()
		s, err := NewStream(m, streams, queues, openClock(t), checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, s)
		settle(t, s)
		stop()
		var keys []string
		for _, r := range f.records() {
			keys = append(keys, r.key())
		}
		f.calls = nil
		return keys
	}
	putIn(t, tables, table, "a", "0", "")
	if got, want := run(checkpoint), []string{"a/0"}; !slices.Equal(got, want) {
		t.Errorf("at first %q, want %q", got, want)
	}
	putIn(t, tables, table, "a", "1", "")
	servers.Stop()

	if servers, err = backing.Start(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(servers.Stop)
	tables, streams, _ = clients(servers)
	for i := 2; i < 5; i++ {
		putIn(t, tables, table, "a", strconv.Itoa(i), "")
	}
	if got, want := run(checkpoint), []string{"a/1", "a/2", "a/3", "a/4"}; !slices.Equal(got, want) {
		t.Errorf("after the restart %q, want %q", got, want)
	}
	if got, want := run(""), []string{"a/0", "a/1", "a/2", "a/3", "a/4"}; !slices.Equal(got, want) {
		t.Errorf("without a checkpoint %q, want %q", got, want)
	}
}
