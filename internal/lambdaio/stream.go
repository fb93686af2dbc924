package lambdaio

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
)

// Change is one record of a table's stream, which carries keys only.
type Change struct {
	PK, SK   string // empty when the record has no such key
	Name     string // INSERT, MODIFY or REMOVE
	Sequence string
	At       time.Time // whole seconds: good for logs, not for guards
	Raw      []byte    // the record as it came, for a dead-letter queue; keys, no content
}

// ServeStream answers batches of a DynamoDB stream. It needs
// ReportBatchItemFailures: handle says how many of the changes, counted from
// the front, need no repeat, and the stream goes on from the next one.
//
// A panic fails the whole batch, because nobody knows which change caused it;
// BisectBatchOnFunctionError then finds it.
func ServeStream(handle func(context.Context, []Change) (done int, err error), log *slog.Logger) {
	start(streamed(handle, log))
}

type streamRecord struct {
	Name   string `json:"eventName"`
	Change struct {
		At       float64                      `json:"ApproximateCreationDateTime"`
		Keys     map[string]map[string]string `json:"Keys"`
		Sequence string                       `json:"SequenceNumber"`
	} `json:"dynamodb"`
}

func streamed(handle func(context.Context, []Change) (int, error), log *slog.Logger) handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		changes, err := readChanges(payload)
		if err != nil {
			return nil, err
		}
		ctx, cancel := within(traced(ctx, slog.String("first", changes[0].Sequence), slog.Int("changes", len(changes))))
		defer cancel()
		at := changes[0].At
		for _, c := range changes {
			if c.At.After(at) {
				at = c.At
			}
		}
		ctx = crm.WithEvent(ctx, crm.Event{At: at, Trace: changes[0].Sequence})
		ctx, record := telemetry.Begin(ctx, "stream", at)
		count, panicked := 0, true
		err = safely("lambdaio.stream", func() (err error) {
			count, err = handle(ctx, changes)
			panicked = false
			return err
		})
		if finish(ctx, log, record, 1, err) != retry {
			return json.Marshal(failures{Items: []failure{}})
		}
		if panicked || count < 0 || count >= len(changes) {
			return nil, err
		}
		return json.Marshal(failures{Items: []failure{{changes[count].Sequence}}})
	}
}

func readChanges(payload []byte) ([]Change, error) {
	var batch struct{ Records []json.RawMessage }
	if err := json.Unmarshal(payload, &batch); err != nil || len(batch.Records) == 0 {
		return nil, &crm.Error{Op: "lambdaio.stream", Kind: crm.Malformed, Detail: "not a batch of a stream", Err: err}
	}
	changes := make([]Change, len(batch.Records))
	for i, raw := range batch.Records {
		var r streamRecord
		if err := json.Unmarshal(raw, &r); err != nil || r.Change.Sequence == "" {
			return nil, &crm.Error{Op: "lambdaio.stream", Kind: crm.Malformed, Detail: "not a record of a stream", Err: err}
		}
		changes[i] = Change{
			PK: r.Change.Keys["PK"]["S"], SK: r.Change.Keys["SK"]["S"], Name: r.Name, Sequence: r.Change.Sequence,
			At: time.UnixMilli(int64(r.Change.At * 1000)).UTC(), Raw: raw,
		}
	}
	return changes, nil
}
