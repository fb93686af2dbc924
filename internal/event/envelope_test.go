package event_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/internal/event"
)

// Queues outlive deployments: each file is a message as some version of this
// code wrote it. Files are added, never changed.
func TestEveryMessageThatWasEverWritten(t *testing.T) {
	const customer = "cus_0190163d8694739b9c5f1e2d3a4b5c6d"
	want := map[string]event.Envelope{
		"v1_wake.json":    {Version: 1, Kind: event.Wake, Customer: customer, Cause: "F#ORDER#shopify-cn#5001", Trace: "1-67400000-abc"},
		"v1_changed.json": {Version: 1, Kind: event.Changed, Customer: customer, Cause: "H#2026-11-22T00:10:00.000Z#1.0.7", Trace: "1-67400000-abc"},
		"v1_due.json":     {Version: 1, Kind: event.Due, Customer: customer, Timer: "churn-2026-03-03"},
		"v1_segment.json": {Version: 1, Kind: event.Segment, Segment: 3, Segments: 7, AsOf: time.Date(2026, 11, 22, 16, 10, 0, 0, time.UTC)},
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d golden files, want %d, %v", len(files), len(want), err)
	}
	for _, file := range files {
		written, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e, err := event.Unmarshal(written)
		if err != nil || e != want[filepath.Base(file)] {
			t.Errorf("%s: %+v, %v", file, e, err)
		}
		now, err := event.Marshal(e)
		if err != nil || string(now) != strings.TrimSpace(string(written)) {
			t.Errorf("%s is written now as\n%s, %v", file, now, err)
		}
	}
}

func TestANewFieldIsRead(t *testing.T) {
	e, err := event.Unmarshal([]byte(`{"v":1,"kind":"wake","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d","priority":9}`))
	if err != nil || e.Kind != event.Wake {
		t.Errorf("a field of a later version: %+v, %v", e, err)
	}
}

func TestMessagesThatAreNone(t *testing.T) {
	for _, bad := range []string{
		``, `null`, `[]`, `{}`, `"wake"`, `{"v":1,"kind":"wake"}`,
		`{"v":2,"kind":"wake","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d"}`,
		`{"kind":"wake","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d"}`,
		`{"v":1,"kind":"sleep","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d"}`,
		`{"v":1,"kind":"wake","customer":"somebody"}`,
		`{"v":1,"kind":"wake","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d"} trailing`,
		`{"v":1,"kind":"due","customer":"cus_0190163d8694739b9c5f1e2d3a4b5c6d"}`,
		`{"v":1,"kind":"segment","segment":7,"segments":7,"as_of":"2026-11-22T16:10:00Z"}`,
		`{"v":1,"kind":"segment","segment":-1,"segments":7,"as_of":"2026-11-22T16:10:00Z"}`,
		`{"v":1,"kind":"segment","as_of":"2026-11-22T16:10:00Z"}`,
		`{"v":1,"kind":"segment","segment":0,"segments":7}`,
	} {
		if e, err := event.Unmarshal([]byte(bad)); err == nil {
			t.Errorf("%s was read as %+v", bad, e)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no golden files", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := event.Unmarshal(b)
		if err != nil {
			return
		}
		written, err := event.Marshal(e)
		if err != nil {
			t.Fatalf("%+v was read but can't be written: %v", e, err)
		}
		back, err := event.Unmarshal(written)
		same := back.AsOf.Equal(e.AsOf)
		back.AsOf, e.AsOf = time.Time{}, time.Time{}
		if err != nil || !same || back != e {
			t.Fatalf("%+v came back as %+v, %v", e, back, err)
		}
	})
}
