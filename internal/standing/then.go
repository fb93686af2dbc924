package standing

import (
	"context"
	"slices"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
)

// Then is the decision of a past date, derived again from all facts known
// today, beside what had been decided by the end of that date.
type Then struct {
	Derived  Record
	Recorded *decision.Change[Measures, Classes] // nil: nothing had been decided yet
	// Where they differ, what makes the difference: facts that came or changed
	// later, or else rules that came into force after it was decided.
	Since      []history.Learnt
	NewerRules bool
}

// Then derives the decision of a date by the rules that were in force at its end,
// so that the facts alone make a difference.
func (b Book) Then(ctx context.Context, id crm.CustomerID, facts decision.FactReader, on crm.Date, recorded *decision.Change[Measures, Classes]) (Then, error) {
	versions, err := b.Documents.InForce(ctx, end(on, b.Zone))
	if err != nil {
		return Then{}, err
	}
	p, err := b.Policy(ctx, versions.Policy)
	if err != nil {
		return Then{}, err
	}
	rules, err := b.RulesOf(ctx, p, versions)
	if err != nil {
		return Then{}, err
	}
	known, err := facts.History(ctx, id)
	if err != nil {
		return Then{}, err
	}
	t := Then{Derived: decision.AsOf(rules, id, known, on), Recorded: recorded}
	if recorded == nil || recorded.Classes == t.Derived.Classes {
		return t, nil
	}
	t.Since = slices.DeleteFunc(known.After(end(on, b.Zone), b.Zone), func(l history.Learnt) bool { return l.Dated > on })
	t.NewerRules = len(t.Since) == 0 && recorded.Versions.Edition() < versions.Edition()
	if len(t.Since) == 0 && !t.NewerRules { // it had not seen them all, or an order was moved to a later date
		t.Since = known.After(recorded.Guard.AsOf, b.Zone)
	}
	return t, nil
}

// end is the last moment of a date.
func end(on crm.Date, zone *time.Location) time.Time {
	return (on + 1).Midnight(zone).Add(-time.Millisecond)
}
