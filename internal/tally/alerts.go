package tally

import (
	"context"
	"strconv"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/task"
)

// Measures reads figures.
type Measures interface {
	Sums(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, figure.Sums)) error
	Answers(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, []figure.Answer)) error
	Count(ctx context.Context, store *crm.StoreID, on crm.Date) (count figure.Count, night crm.Date, found bool, err error)
}

// Alerts keeps alerts. OpenAlert gives the zero one where none is open.
type Alerts interface {
	OpenAlert(ctx context.Context, store crm.StoreID, threshold string) (figure.Alert, error)
	KeepAlert(ctx context.Context, a figure.Alert, taken time.Time) error
}

// Thresholds are what figures must not cross.
type Thresholds interface {
	Thresholds(ctx context.Context) (figure.Thresholds, error)
}

// Tasks opens what somebody is to do; opening one twice is one.
type Tasks interface {
	Open(ctx context.Context, t task.Task) error
	Read(ctx context.Context, ref task.Ref) (crm.Versioned[task.Task], error)
	Amend(ctx context.Context, next task.Task, rev int64) error
}

// Raiser measures every figure that has a threshold, and opens, follows and
// closes alerts. An alarm of a store's NPS opens a corrective action for the
// store's manager; the first new measurement that is no alarm closes it.
type Raiser struct {
	Measures   Measures
	Alerts     Alerts
	Thresholds Thresholds
	Stores     Stores
	Tasks      Tasks
	Zone       *time.Location
}

// Raise looks at every threshold, of every store and of all together.
func (r Raiser) Raise(ctx context.Context) error {
	thresholds, err := r.Thresholds.Thresholds(ctx)
	if err != nil {
		return err
	}
	stores, err := r.Stores.AllStores(ctx)
	if err != nil {
		return err
	}
	read := r.reader(crm.DateIn(crm.AsOf(ctx), r.Zone))
	for _, t := range thresholds.Items {
		scopes := []crm.Store{{}}
		if t.Scope == figure.EachStore {
			scopes = scopes[:0]
			for _, s := range stores {
				scopes = append(scopes, s.Value)
			}
		}
		for _, store := range scopes {
			m, on, err := read.measure(ctx, t.Figure, store.ID)
			if err != nil {
				return err
			}
			if on == 0 {
				continue
			}
			if err := r.follow(ctx, t, store, m, on); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow does what a measurement makes of an alert. The action comes before the
// alert that names it, and its id is made of the alert: a crash in between does
// it again, and nothing twice.
func (r Raiser) follow(ctx context.Context, t figure.Threshold, store crm.Store, m figure.Measured, on crm.Date) error {
	open, err := r.Alerts.OpenAlert(ctx, store.ID, t.ID)
	if err != nil {
		return err
	}
	next, changed := figure.Follow(open, t, store.ID, m, on)
	if !changed || next == open {
		return nil
	}
	if open.Action != "" && next.Action == "" {
		if err := r.recovered(ctx, open); err != nil {
			return err
		}
	}
	if t.Figure == figure.NPS && store.ID != "" && next.Open() && next.AlarmSince != 0 && next.Action == "" {
		action := task.Task{ID: next.ActionID(), Kind: task.CorrectiveAction, Store: store.ID, Owner: store.Manager, Reason: task.NPSAlarm,
			Cause: t.ID, OpenedAt: crm.AsOf(ctx), Due: next.ActionDue(), Private: task.Private{Evidence: evidence(next)}}
		if err := r.Tasks.Open(ctx, action); err != nil {
			return err
		}
		next.Action = action.Ref().String()
	}
	return r.Alerts.KeepAlert(ctx, next, crm.AsOf(ctx))
}

func evidence(a figure.Alert) []decision.Input {
	points := func(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
	return []decision.Input{
		{Name: "nps", Value: points(a.Value), Unit: "points"},
		{Name: "upper_bound", Value: points(a.High), Unit: "points"},
		{Name: "threshold", Value: points(a.Threshold.Value), Unit: "points"},
		{Name: "answers", Value: strconv.FormatInt(a.Cases, 10), Unit: "customers"},
	}
}

// recovered closes the action of an alarm that is over; one that a person ended
// stays as they left it.
func (r Raiser) recovered(ctx context.Context, a figure.Alert) error {
	ref, err := task.ParseRef(a.Action)
	if err != nil {
		return &crm.Error{Op: "tally.recovered", Err: err}
	}
	v, err := r.Tasks.Read(ctx, ref)
	if err != nil || !v.Value.Open() {
		return err
	}
	return r.Tasks.Amend(ctx, v.Value.Closed(task.Recovered, "", crm.AsOf(ctx)), v.Rev)
}
