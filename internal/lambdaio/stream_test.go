package lambdaio

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
)

func streamPayload(t *testing.T) []byte {
	t.Helper()
	payload, err := os.ReadFile("testdata/stream.json")
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestChangesAreReadAsTheyLieInTheStream(t *testing.T) {
	log, _ := logged()
	var got []Change
	var at time.Time
	answered, err := streamed(func(ctx context.Context, changes []Change) (int, error) {
		got, at = changes, crm.AsOf(ctx)
		return len(changes), nil
	}, log).Invoke(t.Context(), streamPayload(t))
	if err != nil || len(identifiers(t, answered)) > 0 {
		t.Fatalf("%s, %v", answered, err)
	}
	for i := range got {
		if !json.Valid(got[i].Raw) || !strings.Contains(string(got[i].Raw), got[i].Sequence) {
			t.Errorf("the raw record of %d is %s", i, got[i].Raw)
		}
		got[i].Raw = nil
	}
	newest := time.Date(2026, 3, 10, 5, 16, 24, 0, time.UTC)
	want := []Change{
		{PK: "C#cus_0190163d8694739b9c5f1e2d3a4b5c61", SK: "F#ORDER#shopify-cn#1001", Name: "INSERT", Sequence: "4421584500000000017450439091", At: newest.Add(-time.Second)},
		{PK: "C#cus_0190163d8694739b9c5f1e2d3a4b5c61", SK: "H#2026-03-10", Name: "MODIFY", Sequence: "4421584500000000017450439092", At: newest},
		{PK: "C#cus_0190163d8694739b9c5f1e2d3a4b5c62", SK: "F#TALK#2026-03-10#int_1", Name: "REMOVE", Sequence: "4421584500000000017450439093", At: newest},
		{Name: "INSERT", Sequence: "4421584500000000017450439094", At: newest},
	}
	if diff := cmp.Diff(want, got); diff != "" || !at.Equal(newest) {
		t.Errorf("at %s\n%s", at, diff)
	}
}

// The stream goes on from the first change that is not certainly done: by its
// sequence number, not its eventID.
func TestTheStreamGoesOnFromTheFirstFailure(t *testing.T) {
	log, said := logged()
	for done, want := range []string{"4421584500000000017450439091", "4421584500000000017450439092", "4421584500000000017450439093", "4421584500000000017450439094"} {
		answered, err := streamed(func(context.Context, []Change) (int, error) { return done, errors.New("queue full") }, log).Invoke(t.Context(), streamPayload(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := identifiers(t, answered); !slices.Equal(got, []string{want}) {
			t.Errorf("%d done: goes on from %v", done, got)
		}
	}
	if strings.Count(said.String(), "queue full") != 4 {
		t.Errorf("logged %s", said)
	}
}

// Nobody knows which change caused a panic: the whole batch fails, so that it
// is bisected.
func TestAPanicFailsTheWholeBatch(t *testing.T) {
	log, _ := logged()
	answered, err := streamed(func(context.Context, []Change) (int, error) { panic("oh") }, log).Invoke(t.Context(), streamPayload(t))
	if err == nil {
		t.Errorf("answered %s", answered)
	}
}

func TestATickHasTheTimeOfItsRule(t *testing.T) {
	tick, err := os.ReadFile("testdata/schedule.json")
	if err != nil {
		t.Fatal(err)
	}
	log, _ := logged()
	var e crm.Event
	for _, fails := range []bool{false, true} {
		_, err := scheduled(func(ctx context.Context) error {
			e = crm.EventOf(ctx)
			if fails {
				return crm.Fail("test", crm.Unavailable, "not now")
			}
			return nil
		}, log).Invoke(t.Context(), tick)
		if (err != nil) != fails {
			t.Errorf("fails=%v: %v", fails, err)
		}
		if !e.At.Equal(time.Date(2026, 3, 10, 16, 10, 0, 0, time.UTC)) || e.Trace != "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa" {
			t.Errorf("%+v", e)
		}
	}
	if _, err := scheduled(func(context.Context) error { panic("oh") }, log).Invoke(t.Context(), tick); err == nil {
		t.Error("a panic was taken for success")
	}
}
