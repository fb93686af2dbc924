package decision

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Rules are one edition of the rules, ready to judge. Judge is a pure
// function; changesAt is the exact first date, later than the one judged, that
// changes the classes if nothing happens; or zero.
type Rules[M any, C comparable] struct {
	Versions
	Zone  *time.Location
	Judge func(f history.Facts, on crm.Date) (m M, c C, changesAt crm.Date)
}

// RuleBook hands out the edition in force; fresh asks it not to trust a cache.
// A cache may be behind when a fact is written, but not when a message comes
// that a new edition sent: those are sent once all caches have expired.
type RuleBook[M any, C comparable] interface {
	Rules(ctx context.Context, fresh bool) (Rules[M, C], error)
}

// FactReader reads all facts of a customer, strongly consistent.
type FactReader interface {
	History(ctx context.Context, id crm.CustomerID) (history.Facts, error)
}

// Store keeps the standing decision. Latest gives a zero Record (with a zero
// Guard) for a customer without one. Save writes next where the stored guard
// still is that of before, else it returns a crm.Conflict; where next
// differs it writes the history entry in the same transaction.
type Store[M any, C comparable] interface {
	Latest(ctx context.Context, id crm.CustomerID, consistent bool) (Record[M, C], error)
	Save(ctx context.Context, before, next Record[M, C]) error
}

// Keeper is the loop that every wake-up runs: load, decide, write under the guard.
type Keeper[M any, C comparable] struct {
	Facts FactReader
	Book  RuleBook[M, C]
	Store Store[M, C]
	// Enrol, where it is set, says in which segments the customer of a decision is,
	// and the first date before its ReviewAt on which time alone changes that; zero:
	// none. It is asked after the facts were read: what is known by the time of a
	// fact is known to it.
	Enrol func(ctx context.Context, r Record[M, C]) (Membership, crm.Date, error)
	// Touched, where it is set, hears before a decision is written of the facts that
	// it is made of, and which one it replaces: what must not be lost with them.
	Touched func(ctx context.Context, facts history.Facts, before, next Record[M, C]) error
	// Kept and Changed, where they are set, are told of each decision that was
	// written, and of each that differs from the one before: for the log.
	Kept, Changed func(ctx context.Context, r Record[M, C])
}

// reviewWithin bounds how long a lost wake-up can stay unnoticed, in days.
const reviewWithin = 30

// attempts bounds how often one wake-up decides again after losing a race; the
// message then comes back through its queue.
const attempts = 4

// Keep decides about the customer as of the message's sent time and writes the
// result, changed or not. It is safe to call at any time, any number of times.
func (k Keeper[M, C]) Keep(ctx context.Context, id crm.CustomerID, cause, trace string, sent time.Time) (kept Record[M, C], changed bool, err error) {
	for attempt := range attempts {
		again := attempt > 0
		rules, err := k.Book.Rules(ctx, again)
		if err != nil {
			return kept, false, err
		}
		before, err := k.Store.Latest(ctx, id, again)
		if err != nil {
			return kept, false, err
		}
		facts, err := k.Facts.History(ctx, id)
		if err != nil {
			return kept, false, err
		}
		next := decide(rules, id, facts, sent)
		next.Cause, next.Trace = cause, cmp.Or(trace, facts.Trace) // the stream carries keys only
		if strings.Compare(next.Guard.String(), before.Guard.String()) < 0 {
			if again { // somebody who knew more has decided already
				return before, false, nil
			}
			continue // perhaps only our cached rules are old
		}
		if k.Enrol != nil {
			if err := k.enrol(ctx, &next); err != nil {
				return kept, false, err
			}
		}
		if k.Touched != nil {
			if err := k.Touched(ctx, facts, before, next); err != nil {
				return kept, false, err
			}
		}
		err = k.Store.Save(ctx, before, next)
		if crm.KindOf(err) == crm.Conflict {
			continue
		}
		changed := next.Differs(before)
		if err == nil && k.Kept != nil {
			k.Kept(ctx, next)
		}
		if err == nil && changed && k.Changed != nil {
			k.Changed(ctx, next)
		}
		return next, err == nil && changed, err
	}
	return kept, false, crm.Fail("decision.Keep", crm.Unavailable, "lost %d races in a row", attempts)
}

// enrol adds the membership in segments, and looks again when that changes.
func (k Keeper[M, C]) enrol(ctx context.Context, r *Record[M, C]) error {
	member, until, err := k.Enrol(ctx, *r)
	if until != 0 {
		r.ReviewAt = min(r.ReviewAt, until)
	}
	r.Member = member
	return err
}

// decide judges a customer's facts as of the later of sent and the newest fact:
// a message may be older than what is known when it is read.
func decide[M any, C comparable](rules Rules[M, C], id crm.CustomerID, facts history.Facts, sent time.Time) Record[M, C] {
	asOf := sent
	if facts.Newest.After(asOf) {
		asOf = facts.Newest
	}
	on := crm.DateIn(asOf, rules.Zone)
	measures, classes, changesAt := rules.Judge(facts, on)
	review := on + reviewWithin
	if changesAt != 0 && changesAt < review {
		review = changesAt
	}
	return Record[M, C]{
		Customer:  id,
		Guard:     Guard{Edition: rules.Edition(), Seen: facts.Seen, AsOf: asOf},
		Versions:  rules.Versions,
		Measures:  measures,
		Classes:   classes,
		Stores:    facts.Stores(),
		On:        on,
		ChangesAt: changesAt,
		ReviewAt:  review,
	}
}

// AsOf derives the decision of a past or present date from the facts, writing
// nothing.
func AsOf[M any, C comparable](rules Rules[M, C], id crm.CustomerID, facts history.Facts, on crm.Date) Record[M, C] {
	measures, classes, changesAt := rules.Judge(facts, on)
	return Record[M, C]{Customer: id, Versions: rules.Versions, Measures: measures, Classes: classes, On: on, ChangesAt: changesAt,
		Cause: fmt.Sprintf("derived as of %s", on)}
}
