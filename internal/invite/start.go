package invite

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/survey"
)

// Settings are what there is to ask, and where.
type Settings interface {
	AllSurveys(ctx context.Context) ([]survey.Survey, error)
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
}

// Sender puts envelopes into a queue.
type Sender interface {
	Send(ctx context.Context, url string, envelopes []event.Envelope) error
}

// Start asks, once a day, for the buyers whom the triggers mean today: a message
// for each survey, store and date of orders.
func Start(ctx context.Context, settings Settings, sender Sender, queue string, zone *time.Location) error {
	surveys, err := settings.AllSurveys(ctx)
	if err != nil {
		return err
	}
	stores, err := settings.AllStores(ctx)
	if err != nil {
		return err
	}
	all := []crm.StoreID{""} // orders that name no store
	for _, s := range stores {
		all = append(all, s.Value.ID)
	}
	e := crm.EventOf(ctx)
	var wanted []event.Envelope
	for _, s := range surveys {
		if s.Closed || s.Trigger == nil {
			continue
		}
		for _, store := range all {
			if !s.Trigger.In(store) {
				continue
			}
			for _, on := range s.Trigger.Dates(crm.DateIn(e.At, zone)) {
				ref := buyers{s.ID, store, on}.ref()
				wanted = append(wanted, event.Envelope{Kind: event.Due, Timer: "buyers|" + ref, Ref: ref, Cause: "trigger", Trace: e.Trace})
			}
		}
	}
	return sender.Send(ctx, queue, wanted)
}
