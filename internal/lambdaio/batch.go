package lambdaio

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/telemetry"
)

// ServeQueue answers batches of an SQS queue whose messages are envelopes. It
// needs ReportBatchItemFailures: only the messages that failed come back.
//
// Messages that ask the same of the same customer are handled once, as of the
// newest of them, and share its fate. The time of a message is when it was
// sent, so a retry repeats itself exactly.
func ServeQueue(handle func(context.Context, event.Envelope) error, log *slog.Logger) {
	start(queued(handle, log))
}

// failures is the answer that names what must be delivered again: message ids
// for a queue, a sequence number for a stream.
type failures struct {
	Items []failure `json:"batchItemFailures"`
}

type failure struct {
	ID string `json:"itemIdentifier"`
}

type message struct {
	ID         string `json:"messageId"`
	Body       string `json:"body"`
	Attributes struct {
		SentTimestamp string `json:"SentTimestamp"` // milliseconds, as text
	} `json:"attributes"`
}

// errand is what several messages ask alike.
type errand struct {
	envelope event.Envelope // of the newest
	sent     time.Time      // the newest
	ids      []string
	causes   []string // of all of them
}

// attrs are what every line about the errand says: where it came from (the keys
// of the facts, or the trace of whoever sent it) and whom it concerns.
func (e *errand) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.Any("messages", e.ids), slog.Any("causes", e.causes)}
	if e.envelope.Customer != "" {
		attrs = append(attrs, slog.String("customer", string(e.envelope.Customer)))
	}
	if e.envelope.Ref != "" {
		attrs = append(attrs, slog.String("about", e.envelope.Ref))
	}
	if e.envelope.Trace != "" {
		attrs = append(attrs, slog.String("trace", e.envelope.Trace))
	}
	return attrs
}

func queued(handle func(context.Context, event.Envelope) error, log *slog.Logger) handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var batch struct{ Records []message }
		if err := json.Unmarshal(payload, &batch); err != nil || len(batch.Records) == 0 {
			return nil, &crm.Error{Op: "lambdaio.queue", Kind: crm.Malformed, Detail: "not a batch of a queue", Err: err}
		}
		ctx, cancel := within(traced(ctx))
		defer cancel()
		errands, unread := coalesce(batch.Records)
		failed := failures{Items: []failure{}}
		for _, u := range unread {
			ctx, record := telemetry.Begin(telemetry.With(ctx, slog.String("message", u.id)), "unreadable", u.sent)
			finish(ctx, log, record, 1, u.err)
			failed.Items = append(failed.Items, failure{u.id})
		}
		for _, e := range errands {
			ctx := crm.WithEvent(telemetry.With(ctx, e.attrs()...), crm.Event{At: e.sent, Trace: e.envelope.Trace})
			ctx, record := telemetry.Begin(ctx, string(e.envelope.Kind), e.sent)
			err := safely("lambdaio.queue", func() error { return handle(ctx, e.envelope) })
			if finish(ctx, log, record, len(e.ids), err) != retry {
				continue
			}
			for _, id := range e.ids {
				failed.Items = append(failed.Items, failure{id})
			}
		}
		return json.Marshal(failed)
	}
}

// unreadable is a message that is no envelope.
type unreadable struct {
	id   string
	sent time.Time
	err  error
}

// coalesce reads the messages and joins those that ask the same, in the order
// in which each was first asked.
func coalesce(messages []message) (errands []*errand, unread []unreadable) {
	asked := map[event.Envelope]*errand{}
	for _, m := range messages {
		ms, err := strconv.ParseInt(m.Attributes.SentTimestamp, 10, 64)
		sent := time.UnixMilli(ms).UTC()
		var envelope event.Envelope
		if err == nil {
			envelope, err = event.Unmarshal([]byte(m.Body))
		}
		if err != nil {
			unread = append(unread, unreadable{m.ID, sent, &crm.Error{Op: "lambdaio.queue", Kind: crm.Malformed, Err: err}})
			continue
		}
		question := envelope // who and what, but not why
		question.Cause, question.Trace = "", ""
		e, ok := asked[question]
		if !ok {
			e = &errand{}
			asked[question] = e
			errands = append(errands, e)
		}
		if !sent.Before(e.sent) {
			e.sent, e.envelope = sent, envelope
		}
		e.ids = append(e.ids, m.ID)
		if !slices.Contains(e.causes, envelope.Cause) {
			e.causes = append(e.causes, envelope.Cause)
		}
	}
	return errands, unread
}
