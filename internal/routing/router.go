package routing

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/telemetry"
)

// Written is the key of a fact that was written, as the stream tells it.
type Written struct {
	PK, SK string
	Raw    []byte // the stream's record, for the dead-letter queue; keys only
}

// Sender puts messages into queues.
type Sender interface {
	Send(ctx context.Context, url string, envelopes []event.Envelope) error
	Letter(ctx context.Context, url string, body []byte) error
}

// Router passes on whose facts were written. It reads nothing: the key says
// enough, and whoever is woken reads.
type Router struct {
	Kind        func(pk, sk string) (customer crm.CustomerID, kind string, err error)
	Sender      Sender
	Queues      map[Worker]string                      // URLs
	DeadLetters string                                 // where a key goes that nobody understands
	Unknown     func(ctx context.Context, cause error) // told of each of those; the log line
}

// Route wakes the workers of all the keys; each customer once per worker. It
// either passes on everything or fails, and may be repeated.
func (r Router) Route(ctx context.Context, keys []Written) error {
	messages := map[Worker][]event.Envelope{}
	asked := map[Worker]map[crm.CustomerID]bool{}
	for _, k := range keys {
		id, kind, err := r.Kind(k.PK, k.SK)
		var workers []Worker
		if err == nil {
			workers, err = Workers(kind)
		}
		if err != nil {
			r.Unknown(ctx, err)
			telemetry.Count(ctx, telemetry.KeysUnreadable, 1)
			if err := r.Sender.Letter(ctx, r.DeadLetters, k.Raw); err != nil {
				return err
			}
			continue
		}
		telemetry.Note(ctx, "customer", string(id))
		telemetry.Note(ctx, "causes", k.SK)
		for _, w := range workers {
			if asked[w] == nil {
				asked[w] = map[crm.CustomerID]bool{}
			}
			if !asked[w][id] {
				asked[w][id] = true
				messages[w] = append(messages[w], event.Envelope{Kind: w.Message(), Customer: id, Cause: k.SK})
			}
		}
	}
	for w, envelopes := range messages {
		if err := r.Sender.Send(ctx, r.Queues[w], envelopes); err != nil {
			return err
		}
	}
	return nil
}
