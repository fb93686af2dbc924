// Package warning works a customer's churn warning: it reads the situation,
// asks package churn what is to be done next, and does it, one guarded write at
// a time, until there is nothing left to do. Being woken twice, late or in any
// order makes no difference.
package warning

import (
	"context"
	"time"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/standing"
	"guanxi/internal/task"
	"guanxi/internal/telemetry"
)

// Decisions reads standing decisions.
type Decisions interface {
	Latest(ctx context.Context, id crm.CustomerID, consistent bool) (standing.Record, error)
}

// Policies reads the policy that a decision was made by.
type Policies interface {
	Policy(ctx context.Context, version int) (standing.Policy, error)
}

// People reads profiles; NotFound for a customer who is gone.
type People interface {
	Profile(ctx context.Context, id crm.CustomerID) (customer.Profile, error)
}

// Stores reads stores; NotFound where there is none.
type Stores interface {
	Store(ctx context.Context, id crm.StoreID) (crm.Store, error)
}

// Warnings keeps warnings. Open and Amend return a Conflict where the stored
// state is another than the one that was read.
type Warnings interface {
	Of(ctx context.Context, id crm.CustomerID) ([]crm.Versioned[churn.Warning], error)
	Open(ctx context.Context, w churn.Warning, followUp task.Task) error
	Amend(ctx context.Context, next churn.Warning, rev int64) error
}

// Timers wake the customer again; setting the same one twice is one.
type Timers interface {
	Set(ctx context.Context, t crm.Timer) error
}

// Desk is where warnings are worked.
type Desk struct {
	Decisions Decisions
	Policies  Policies
	People    People
	Stores    Stores
	Warnings  Warnings
	Timers    Timers
	Zone      *time.Location
}

// steps bounds how often one wake-up looks again: each look but the last did
// something or lost a race.
const steps = 6

// Work brings the customer's warning up to date as of the event.
func (d Desk) Work(ctx context.Context, id crm.CustomerID) error {
	for range steps {
		s, rev, policy, err := d.situation(ctx, id)
		if err != nil {
			return err
		}
		step := s.Next(crm.AsOf(ctx))
		if step == churn.Nothing {
			return nil
		}
		if err := d.do(ctx, step, s, rev, policy); err != nil && crm.KindOf(err) != crm.Conflict {
			return err
		}
	}
	return crm.Fail("warning.Work", crm.Unavailable, "still not settled after %d steps", steps)
}

func (d Desk) do(ctx context.Context, step churn.Step, s churn.Situation, rev int64, policy churn.Policy) error {
	at := crm.AsOf(ctx)
	switch step {
	case churn.Opens:
		w, followUp := policy.Opening(s, at, d.Zone)
		// the timer first: one without a warning does no harm
		if err := d.Timers.Set(ctx, w.Alarm(d.Zone, crm.EventOf(ctx).Trace)); err != nil {
			return err
		}
		return counted(ctx, telemetry.WarningsOpened, d.Warnings.Open(ctx, w, followUp))
	case churn.Wake:
		w := policy.Renewed(*s.Standing, s).Woken()
		if err := d.Timers.Set(ctx, w.Alarm(d.Zone, crm.EventOf(ctx).Trace)); err != nil {
			return err
		}
		return d.Warnings.Amend(ctx, w, rev)
	case churn.Escalate:
		return d.Warnings.Amend(ctx, policy.Renewed(*s.Standing, s).Escalated(s.Manager, at), rev)
	case churn.Close:
		return counted(ctx, telemetry.WarningsClosed, d.Warnings.Amend(ctx, s.Standing.Closed(churn.Purchased, "", at), rev))
	}
	return nil
}

// counted counts what was done without an error.
func counted(ctx context.Context, m telemetry.Metric, err error) error {
	if err == nil {
		telemetry.Count(ctx, m, 1)
	}
	return err
}

// situation reads all that the next step depends on; rev is the open warning's.
func (d Desk) situation(ctx context.Context, id crm.CustomerID) (s churn.Situation, rev int64, policy churn.Policy, err error) {
	fail := func(err error) (churn.Situation, int64, churn.Policy, error) {
		return churn.Situation{}, 0, churn.Policy{}, err
	}
	standing, err := d.Decisions.Latest(ctx, id, true)
	if err != nil {
		return fail(err)
	}
	telemetry.Note(ctx, "fact_trace", standing.Trace)
	warnings, err := d.Warnings.Of(ctx, id)
	if err != nil {
		return fail(err)
	}
	m := standing.Measures
	s = churn.Situation{Customer: id, WarnedSince: standing.Classes.WarnedSince, LastPurchase: m.LastPurchase, LastContact: m.LastContact, Purchases: m.Purchases,
		Signals: m.Signals, Today: crm.DateIn(crm.AsOf(ctx), d.Zone)}
	for _, w := range warnings {
		if w.Value.Open() {
			s.Standing, rev = &w.Value, w.Rev
		}
		if s.About(w.Value) {
			s.Earlier = &w.Value
		}
	}
	if s.Standing == nil && s.WarnedSince == 0 { // nobody to look up for
		return s, 0, policy, nil
	}
	rules, err := d.Policies.Policy(ctx, standing.Policy)
	if err != nil {
		return fail(err)
	}
	profile, err := d.People.Profile(ctx, id)
	if err != nil {
		return fail(err)
	}
	s.Owner, s.Store = profile.Owner, profile.HomeStore
	if s.Store != "" {
		home, err := d.Stores.Store(ctx, s.Store)
		if err != nil && crm.KindOf(err) != crm.NotFound {
			return fail(err)
		}
		s.Manager = home.Manager
	}
	return s, rev, rules.Churn, nil
}
