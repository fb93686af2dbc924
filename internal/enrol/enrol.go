// Package enrol says in which segments the customer of a decision is. Whoever
// decides asks it before the decision is written, so that membership and
// decision are one item, and coming into a segment is an entry of the history,
// written with it.
package enrol

import (
	"context"
	"sync"

	"guanxi/internal/condition"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/decision"
	"guanxi/internal/segment"
	"guanxi/internal/standing"
	"guanxi/internal/telemetry"
)

// Sets reads a version of the segments, which never changes.
type Sets interface {
	SegmentSet(ctx context.Context, version int) (segment.Set, error)
}

// Customs reads the retailer's own fields, as they stand.
type Customs interface {
	ReadCustomFields(ctx context.Context) (crm.Versioned[customer.CustomFields], error)
}

// Profiles reads who a customer is, strongly consistent; NotFound of who was
// deleted.
type Profiles interface {
	Profile(ctx context.Context, id crm.CustomerID) (customer.Profile, error)
}

// Clerk enrols. It compiles the conditions of a version once.
type Clerk struct {
	sets     Sets
	customs  Customs
	profiles Profiles

	mu      sync.Mutex
	version int
	members condition.Members
}

// New is a clerk who has compiled nothing yet.
func New(sets Sets, customs Customs, profiles Profiles) *Clerk {
	return &Clerk{sets: sets, customs: customs, profiles: profiles}
}

// Enrol asks the conditions by which the decision is judged. Who was deleted is
// in no segment. The profile is read after the facts of the decision: a change
// of it is a fact, too, so whoever decides last has read the last profile.
func (c *Clerk) Enrol(ctx context.Context, r standing.Record) (decision.Membership, crm.Date, error) {
	if r.Versions.Segments == 0 {
		return decision.Membership{}, 0, nil
	}
	members, err := c.compiled(ctx, r.Versions.Segments)
	if err != nil {
		return decision.Membership{}, 0, err
	}
	profile, err := c.profiles.Profile(ctx, r.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return decision.Membership{}, 0, nil
	}
	if err != nil {
		return decision.Membership{}, 0, err
	}
	subject, err := segment.Of(profile, r)
	if err != nil {
		return decision.Membership{}, 0, &crm.Error{Op: "enrol.Enrol", Err: err}
	}
	in, failed, until := members.Of(subject, r.On, r.ReviewAt)
	telemetry.Count(ctx, telemetry.ConditionsFailed, len(failed))
	return decision.Membership{In: in, Failed: failed}, until, nil
}

// compiled are the conditions of a version. Fields of one's own are only ever
// added, so those of today suit every version.
func (c *Clerk) compiled(ctx context.Context, version int) (condition.Members, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == version {
		return c.members, nil
	}
	set, err := c.sets.SegmentSet(ctx, version)
	if err != nil {
		return condition.Members{}, err
	}
	customs, err := c.customs.ReadCustomFields(ctx)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return condition.Members{}, err
	}
	members, err := condition.All(set, customs.Value)
	if err != nil {
		return condition.Members{}, &crm.Error{Op: "enrol.compiled", Err: err}
	}
	c.version, c.members = version, members
	return members, nil
}
