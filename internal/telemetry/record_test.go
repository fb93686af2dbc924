package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"
)

func TestARecordIsWrittenAtEveryLevelAsCloudWatchReadsIt(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, slog.LevelError, "warn-churn")
	log.Info("not written")
	ctx, record := Begin(With(t.Context(), slog.String("trace", "t1")), "changed", time.UnixMilli(1_800_000_000_123))
	Note(ctx, "customer", "cus_1")
	Note(ctx, "topic", "")
	Note(ctx, "causes", "F#1")
	Note(ctx, "causes", "F#2")
	Note(ctx, "causes", "F#1")
	Count(ctx, MessagesHandled, 2)
	Count(ctx, WarningsOpened, 1)
	Count(ctx, WarningsClosed, 0)
	record.Write(ctx, log, "handled", slog.String("outcome", "done"))
	line := written(t, &out)
	delete(line, "time")
	got, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"MessagesHandled":2,"WarningsOpened":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["function","operation"]],` +
		`"Metrics":[{"Name":"MessagesHandled","Unit":"Count"},{"Name":"WarningsOpened","Unit":"Count"}],"Namespace":"guanxi"}],"Timestamp":1800000000123},` +
		`"causes":["F#1","F#2"],"customer":"cus_1","function":"warn-churn","level":"RECORD","msg":"handled","operation":"changed","outcome":"done","trace":"t1"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALineWithoutCountsIsNoMetric(t *testing.T) {
	var out bytes.Buffer
	ctx, record := Begin(t.Context(), "tick", time.UnixMilli(1))
	record.Write(ctx, New(&out, slog.LevelInfo, "test"), "handled")
	if line := written(t, &out); line["_aws"] != nil || line["operation"] != "tick" {
		t.Errorf("%v", line)
	}
}

func TestNotesAreRedactedAndBounded(t *testing.T) {
	var out bytes.Buffer
	ctx, record := Begin(t.Context(), "stream", time.UnixMilli(1))
	Note(ctx, "delivery", "from li.lei@example.com")
	for i := range 2 * mostValues {
		Note(ctx, "customer", fmt.Sprintf("cus_%d", i))
	}
	record.Write(ctx, New(&out, slog.LevelInfo, "test"), "handled")
	line := written(t, &out)
	if customers, _ := line["customer"].([]any); line["delivery"] != "from [email]" || len(customers) != mostValues {
		t.Errorf("%v", line)
	}
}

// What works on an event may do so in several goroutines, and parts of it are tested without one.
func TestManyMayAddAndNobodyNeedsTo(t *testing.T) {
	Count(context.Background(), Requests, 1)
	Note(context.Background(), "customer", "cus_1")
	var out bytes.Buffer
	ctx, record := Begin(t.Context(), "wake", time.UnixMilli(1))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			Count(ctx, DecisionsChanged, 1)
			Note(ctx, "customer", fmt.Sprint(i))
		})
	}
	group.Wait()
	record.Write(ctx, New(&out, slog.LevelInfo, "test"), "handled")
	if line := written(t, &out); line["DecisionsChanged"] != 8.0 {
		t.Errorf("%v", line)
	}
}
