package standing

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// Current is the decision of today: the standing one, unless its day is over.
// Then it is derived from all facts, but for the segments; what stands follows at
// the next wake-up.
func (b Book) Current(ctx context.Context, stands Record, facts decision.FactReader, today crm.Date) (Record, error) {
	if stands.Policy > 0 && (stands.ChangesAt == 0 || today < stands.ChangesAt) {
		return stands, nil
	}
	r, err := b.AsOf(ctx, stands.Customer, facts, today)
	r.Member = stands.Member
	return r, err
}

// AsOf is the decision of a past or present date by the rules in force, derived
// from all facts known today.
func (b Book) AsOf(ctx context.Context, id crm.CustomerID, facts decision.FactReader, on crm.Date) (Record, error) {
	rules, err := b.Rules(ctx, false)
	if err != nil {
		return Record{}, err
	}
	known, err := facts.History(ctx, id)
	if err != nil {
		return Record{}, err
	}
	return decision.AsOf(rules, id, known, on), nil
}
