package lambdaio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/event"
)

const (
	anna = crm.CustomerID("cus_0190163d8694739b9c5f1e2d3a4b5c61")
	bert = crm.CustomerID("cus_0190163d8694739b9c5f1e2d3a4b5c62")
	carl = crm.CustomerID("cus_0190163d8694739b9c5f1e2d3a4b5c63")
)

// msg is one message of a batch, sent ms milliseconds after the epoch.
type msg struct {
	id   string
	ms   int64
	body string
}

func wake(id crm.CustomerID, cause string) string {
	body, err := event.Marshal(event.Envelope{Kind: event.Wake, Customer: id, Cause: cause, Trace: "trace-" + cause})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func batchOf(t *testing.T, messages ...msg) []byte {
	t.Helper()
	type record map[string]any
	var records []record
	for _, m := range messages {
		records = append(records, record{"messageId": m.id, "body": m.body, "eventSource": "aws:sqs",
			"attributes": record{"SentTimestamp": fmt.Sprint(m.ms), "ApproximateReceiveCount": "1"}})
	}
	payload, err := json.Marshal(record{"Records": records})
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// handled is one call of a handler.
type handled struct {
	Customer crm.CustomerID
	Cause    string
	At       int64
	Trace    string
}

// run handles a batch; fail says what becomes of a customer.
func run(t *testing.T, fail func(crm.CustomerID) error, payload []byte) (calls []handled, failed []string, said string) {
	t.Helper()
	log, out := logged()
	answered, err := queued(func(ctx context.Context, e event.Envelope) error {
		at := crm.EventOf(ctx)
		calls = append(calls, handled{e.Customer, e.Cause, at.At.UnixMilli(), at.Trace})
		return fail(e.Customer)
	}, log).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	return calls, identifiers(t, answered), out.String()
}

// identifiers are what the answer wants again. An answer without the list would
// be taken as success by Lambda, so it must be there.
func identifiers(t *testing.T, answered []byte) (ids []string) {
	t.Helper()
	var answer struct {
		Items *[]struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answered, &answer); err != nil || answer.Items == nil {
		t.Fatalf("%s: %v", answered, err)
	}
	for _, item := range *answer.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

func fine(crm.CustomerID) error { return nil }

func TestEqualMessagesAreHandledOnceAsOfTheNewest(t *testing.T) {
	payload := batchOf(t, msg{"m1", 1000, wake(anna, "a1")}, msg{"m2", 2000, wake(bert, "b1")}, msg{"m3", 3000, wake(anna, "a2")}, msg{"m4", 2500, wake(anna, "a3")})
	calls, failed, said := run(t, fine, payload)
	if !strings.Contains(said, `"causes":["a1","a2","a3"]`) || !strings.Contains(said, `"MessagesHandled":3`) {
		t.Errorf("the record does not tell of all of them: %s", said)
	}
	want := []handled{{anna, "a2", 3000, "trace-a2"}, {bert, "b1", 2000, "trace-b1"}}
	if diff := cmp.Diff(want, calls); diff != "" || len(failed) > 0 {
		t.Errorf("failed %v, calls:\n%s", failed, diff)
	}
	again, _, _ := run(t, fine, payload)
	if diff := cmp.Diff(calls, again); diff != "" {
		t.Errorf("a retry does not repeat itself:\n%s", diff)
	}
	calls, failed, _ = run(t, func(id crm.CustomerID) error {
		if id == anna {
			return crm.Fail("test", crm.Unavailable, "not now")
		}
		return nil
	}, payload)
	if !slices.Equal(failed, []string{"m1", "m3", "m4"}) || len(calls) != 2 {
		t.Errorf("coalesced messages do not share their fate: %v after %v", failed, calls)
	}
}

func TestMessagesThatAskDifferentThingsAreKeptApart(t *testing.T) {
	var bodies []msg
	night := time.Date(2026, 3, 10, 16, 10, 0, 0, time.UTC)
	for i, e := range []event.Envelope{
		{Kind: event.Wake, Customer: anna}, {Kind: event.Changed, Customer: anna},
		{Kind: event.Due, Customer: anna, Timer: "t1"}, {Kind: event.Due, Customer: anna, Timer: "t2"},
		{Kind: event.Segment, Segment: 0, Segments: 2, AsOf: night}, {Kind: event.Segment, Segment: 1, Segments: 2, AsOf: night},
	} {
		body, err := event.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, msg{fmt.Sprint(i), 1000, string(body)})
	}
	calls, failed, _ := run(t, fine, batchOf(t, bodies...))
	if len(calls) != len(bodies) || len(failed) > 0 {
		t.Errorf("%d calls for %d questions, failed %v", len(calls), len(bodies), failed)
	}
}

func TestEveryOutcomeGoesItsWay(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		again  bool
		level  string
		metric string
	}{
		"done":          {nil, false, "", "MessagesHandled"},
		"gone":          {crm.Fail("test", crm.NotFound, "no such customer"), false, "WARN", "MessagesDropped"},
		"unavailable":   {crm.Fail("test", crm.Unavailable, "not now"), true, "WARN", "MessagesRetried"},
		"a lost race":   {crm.Fail("test", crm.Conflict, "lost"), true, "WARN", "MessagesRetried"},
		"a fault":       {errors.New("nil map"), true, "ERROR", "MessagesRetried"},
		"breaks a rule": {crm.Fail("test", crm.Invalid, "no policy"), true, "ERROR", "MessagesPoisoned"},
	} {
		_, failed, said := run(t, func(id crm.CustomerID) error {
			if id == bert {
				return c.err
			}
			return nil
		}, batchOf(t, msg{"m1", 1, wake(anna, "1")}, msg{"m2", 2, wake(bert, "2")}, msg{"m3", 3, wake(carl, "3")}))
		want := []string(nil)
		if c.again {
			want = []string{"m2"}
		}
		if !slices.Equal(failed, want) {
			t.Errorf("%s: failed %v", name, failed)
		}
		// A record for each, and a line with the cause where there is one; all about bert say so.
		lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(said), "\n"), func(line string) bool { return !strings.Contains(line, string(bert)) })
		record := lines[len(lines)-1]
		if c.level == "" && len(lines) != 1 || c.level != "" && (len(lines) != 2 || !strings.Contains(lines[0], `"level":"`+c.level+`"`)) {
			t.Errorf("%s: logged %s", name, said)
		}
		for _, line := range lines {
			if !strings.Contains(line, `"trace":"trace-2"`) || !strings.Contains(line, `"causes":["2"]`) || !strings.Contains(line, `"messages":["m2"]`) || !strings.Contains(line, `"operation":"wake"`) {
				t.Errorf("%s: does not say where it came from: %s", name, line)
			}
		}
		if !strings.Contains(record, `"`+c.metric+`":1`) {
			t.Errorf("%s: counted %s", name, record)
		}
	}
}

func TestPoisonGoesBackEveryTimeAndHurtsNoNeighbour(t *testing.T) {
	for name, poison := range map[string]string{
		"not JSON": `}{`, "nothing": ``, "of the future": `{"v":9,"kind":"wake"}`, "of nobody": `{"v":1,"kind":"wake","customer":"cus_x"}`, "of no kind": `{"v":1,"kind":"?"}`,
	} {
		payload := batchOf(t, msg{"m1", 1, wake(anna, "1")}, msg{"m2", 2, poison}, msg{"m3", 3, wake(bert, "3")})
		for range 2 {
			calls, failed, said := run(t, fine, payload)
			if len(calls) != 2 || !slices.Equal(failed, []string{"m2"}) || !strings.Contains(said, "envelope") || !strings.Contains(said, `"message":"m2"`) {
				t.Errorf("%s: %d handled, failed %v, logged %s", name, len(calls), failed, said)
			}
		}
	}
}

func TestAPanicFailsItsOwnItemOnly(t *testing.T) {
	calls, failed, said := run(t, func(id crm.CustomerID) error {
		if id == anna {
			panic("index out of range")
		}
		return nil
	}, batchOf(t, msg{"m1", 1, wake(anna, "1")}, msg{"m2", 2, wake(bert, "2")}))
	if len(calls) != 2 || !slices.Equal(failed, []string{"m1"}) || !strings.Contains(said, "index out of range") || !strings.Contains(said, "batch_test.go") {
		t.Errorf("%d handled, failed %v, logged %s", len(calls), failed, said)
	}
}

// Handlers hear of the end before Lambda kills the process, so that what was
// done is not repeated.
func TestWorkEndsBeforeTheDeadline(t *testing.T) {
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	log, _ := logged()
	_, err := queued(func(ctx context.Context, _ event.Envelope) error {
		if end, ok := ctx.Deadline(); !ok || !end.Equal(deadline.Add(-leave)) {
			t.Errorf("ends at %v", end)
		}
		return nil
	}, log).Invoke(ctx, batchOf(t, msg{"m1", 1, wake(anna, "1")}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNoBatchIsRefused(t *testing.T) {
	log, _ := logged()
	for _, payload := range []string{``, `{}`, `[]`, `{"Records":[]}`, `{"Records":1}`} {
		if _, err := queued(nil, log).Invoke(t.Context(), []byte(payload)); crm.KindOf(err) != crm.Malformed {
			t.Errorf("queue %s: %v", payload, err)
		}
		if _, err := streamed(nil, log).Invoke(t.Context(), []byte(payload)); crm.KindOf(err) != crm.Malformed {
			t.Errorf("stream %s: %v", payload, err)
		}
		if _, err := scheduled(nil, log).Invoke(t.Context(), []byte(payload)); crm.KindOf(err) != crm.Malformed {
			t.Errorf("schedule %s: %v", payload, err)
		}
	}
}

func TestARealBatchIsRead(t *testing.T) {
	payload, err := os.ReadFile("testdata/sqs.json")
	if err != nil {
		t.Fatal(err)
	}
	calls, failed, _ := run(t, fine, payload)
	want := []handled{{anna, "F#ORDER#shopify-cn#1001", 1773119783123, "1-67891233-abcdef012345678912345678"}}
	if diff := cmp.Diff(want, calls); diff != "" || len(failed) > 0 {
		t.Errorf("failed %v, calls:\n%s", failed, diff)
	}
}
