package review

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/telemetry"
)

// Sender puts envelopes into a queue.
type Sender interface {
	Send(ctx context.Context, url string, envelopes []event.Envelope) error
}

// Sizer says how many bytes the base has.
type Sizer interface {
	Bytes(ctx context.Context) (int64, error)
}

// Start cuts the base into segments and asks for each to be reviewed, as of
// the date that the event has in zone.
func Start(ctx context.Context, base Sizer, sender Sender, queue string) error {
	bytes, err := base.Bytes(ctx)
	if err != nil {
		return err
	}
	e := crm.EventOf(ctx)
	segments := make([]event.Envelope, Segments(bytes))
	for i := range segments {
		segments[i] = event.Envelope{Kind: event.Segment, Segment: i, Segments: len(segments), AsOf: e.At, Cause: "review", Trace: e.Trace}
	}
	return sender.Send(ctx, queue, segments)
}

// Base reads one segment: those who are due today, or were judged by rules
// older than edition; a page at a time.
type Base interface {
	Due(ctx context.Context, segment, segments int, today crm.Date, edition int64, each func(due, warned []crm.CustomerID) error) error
}

// Editions says of which versions the rules in force are made.
type Editions interface {
	Active(ctx context.Context, fresh bool) (decision.Versions, error)
}

// Reviewer wakes those of a segment whose time has come.
type Reviewer struct {
	Base     Base
	Editions Editions
	Sender   Sender
	Decide   string // the queue of who decides …
	Warn     string // … and of who warns
	Zone     *time.Location
}

// Review handles one segment message. For customers who are warned about it also
// wakes who warns: if the message about that change was lost, it is made up for.
// Repeating it wakes the same again, or
// fewer: who has been decided meanwhile is due no more.
func (r Reviewer) Review(ctx context.Context, e event.Envelope) error {
	active, err := r.Editions.Active(ctx, true)
	if err != nil {
		return err
	}
	return r.Base.Due(ctx, e.Segment, e.Segments, crm.DateIn(e.AsOf, r.Zone), active.Edition(), func(due, warned []crm.CustomerID) error {
		if err := r.Sender.Send(ctx, r.Decide, wake(due, "review", e.Trace)); err != nil {
			return err
		}
		telemetry.Count(ctx, telemetry.CustomersDue, len(due))
		return r.Sender.Send(ctx, r.Warn, wake(warned, "review", e.Trace))
	})
}

func wake(ids []crm.CustomerID, cause, trace string) []event.Envelope {
	messages := make([]event.Envelope, len(ids))
	for i, id := range ids {
		messages[i] = event.Envelope{Kind: event.Wake, Customer: id, Cause: cause, Trace: trace}
	}
	return messages
}
