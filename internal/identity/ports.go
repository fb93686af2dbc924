package identity

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Locks say who holds a key. A key has one holder at most.
type Locks interface {
	// Holders answers for each key, in the same order, who holds it; empty:
	// nobody. Unless strong, the answer may be a moment old.
	Holders(ctx context.Context, keys []customer.Key, strong bool) ([]crm.CustomerID, error)
	// Claim notes that a customer named a key that somebody else holds: a
	// candidate for a link. It writes nothing when that is noted already.
	Claim(ctx context.Context, k customer.Key, by crm.CustomerID) error
}

// Profiles are written together with the locks of their keys.
type Profiles interface {
	// Profile reads strongly consistent; NotFound where there is none.
	Profile(ctx context.Context, id crm.CustomerID) (customer.Profile, error)
	// Create writes the profile, a lock for each key and the birth decision in
	// one transaction; Conflict where a key is held.
	Create(ctx context.Context, p customer.Profile, locks []customer.Key) error
	// Amend replaces the profile where it still has the revision was, and takes
	// the locks, in one transaction; Conflict where the revision is another or
	// a key is held by somebody else.
	Amend(ctx context.Context, next customer.Profile, was customer.Revision, locks []customer.Key) error
}
