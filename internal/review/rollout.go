package review

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/telemetry"
)

// Outdated reads one segment of the base for those whom rules older than an
// edition decided, and how many customers the segment has.
type Outdated interface {
	Sizer
	Behind(ctx context.Context, segment, segments int, edition int64) (behind []crm.CustomerID, customers int, err error)
}

// ProgressKeeper keeps how far releases have come. The first to begin one says
// by which edition and in how many parts; others are told.
type ProgressKeeper interface {
	BeginRollout(ctx context.Context, of decision.Release, edition int64, parts int, at time.Time) (decision.Progress, error)
	Progress(ctx context.Context, of decision.Release) (decision.Progress, error)
	KeepProgress(ctx context.Context, of decision.Release, part int, seen decision.Part) error
}

// Timers are appointments; setting one twice is one.
type Timers interface {
	Set(ctx context.Context, t crm.Timer) error
}

// Rollout brings a release to everybody, in the background. Each look counts who
// is decided by it; who is not is woken by the first, and by a later one where
// nothing has moved since the look before. So a message that is lost is made up
// for, and one that is only late is not sent again.
type Rollout struct {
	Base     Outdated
	Editions Editions
	Progress ProgressKeeper
	Timers   Timers
	Sender   Sender
	Look     string // the queue of who looks through segments …
	Decide   string // … and of who decides
}

// begin handles the timer of a look: it cuts the base as the first look did, and
// sets the timer of the next. One that was replaced meanwhile is left to
// its successor.
func (r Rollout) begin(ctx context.Context, e event.Envelope) error {
	look, err := decision.ParseRollout(e.Ref)
	if err != nil {
		return &crm.Error{Op: "review.begin", Kind: crm.Malformed, Err: err}
	}
	active, err := r.Editions.Active(ctx, true)
	if err != nil || !look.InForce(active) {
		return err
	}
	bytes, err := r.Base.Bytes(ctx)
	if err != nil {
		return err
	}
	at := crm.AsOf(ctx)
	progress, err := r.Progress.BeginRollout(ctx, look.Release, active.Edition(), Segments(bytes), at)
	if err != nil || progress.Done() {
		return err
	}
	parts := make([]event.Envelope, len(progress.Parts))
	for i := range parts {
		parts[i] = event.Envelope{Kind: event.Segment, Segment: i, Segments: len(parts), AsOf: at, Ref: look.String(), Cause: "rollout", Trace: e.Trace}
	}
	if err := r.Sender.Send(ctx, r.Look, parts); err != nil {
		return err
	}
	next, more := look.Next()
	if !more {
		return nil
	}
	return r.Timers.Set(ctx, next.Timer(at))
}

// part looks at one segment.
func (r Rollout) part(ctx context.Context, e event.Envelope) error {
	look, err := decision.ParseRollout(e.Ref)
	if err != nil {
		return &crm.Error{Op: "review.part", Kind: crm.Malformed, Err: err}
	}
	progress, err := r.Progress.Progress(ctx, look.Release)
	if err != nil {
		return err
	}
	behind, customers, err := r.Base.Behind(ctx, e.Segment, e.Segments, progress.Edition)
	if err != nil {
		return err
	}
	seen := decision.Part{Customers: customers, Decided: customers - len(behind), At: e.AsOf}
	if before := progress.Parts[e.Segment]; before.At.IsZero() || !before.At.Before(seen.At) || before.Decided == seen.Decided {
		if err := r.Sender.Send(ctx, r.Decide, wake(behind, "rollout", e.Trace)); err != nil {
			return err
		}
		telemetry.Count(ctx, telemetry.CustomersDue, len(behind))
	}
	return r.Progress.KeepProgress(ctx, look.Release, e.Segment, seen)
}

// Worker works the messages of ReviewQueue.
type Worker struct {
	Reviewer
	Rollout
}

// Work handles one message: a segment of the nightly review, the beginning of a
// look for whom older rules decided, or a segment of that.
func (w Worker) Work(ctx context.Context, e event.Envelope) error {
	switch {
	case e.Kind == event.Due:
		return w.begin(ctx, e)
	case e.Ref != "":
		return w.part(ctx, e)
	}
	return w.Review(ctx, e)
}
