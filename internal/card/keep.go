package card

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Shelf keeps cards, and entries among the members of segments.
type Shelf interface {
	// Person is who the customer is now, strongly consistent.
	Person(ctx context.Context, id crm.CustomerID) (Person, error)
	// Filed is what stands, strongly consistent.
	Filed(ctx context.Context, id crm.CustomerID) (Filing, error)
	// Replace puts and removes cards and entries where the decision still stands,
	// up to a hundred at once; a crm.Conflict where a later one does.
	Replace(ctx context.Context, r standing.Record, put, remove Filing) error
}

// Keeper brings cards and entries of a customer in line with every decision. It is the
// only writer of them, compares at every wake-up and writes what differs, so
// that what was missed once is mended by the next look.
type Keeper struct {
	Decide func(ctx context.Context, id crm.CustomerID, cause, trace string, sent time.Time) (standing.Record, bool, error)
	Shelf  Shelf
}

// Keep decides, then files. Whoever decides last files last: profile and cards
// are read after the decision was written, and a filing whose decision no
// longer stands is refused, because whoever wrote the later one is about to
// file, or comes again. A profile's change wakes by a fact of its own, so the
// last decision has always read the last profile.
func (k Keeper) Keep(ctx context.Context, id crm.CustomerID, cause, trace string, sent time.Time) (standing.Record, bool, error) {
	r, changed, err := k.Decide(ctx, id, cause, trace, sent)
	if err != nil {
		return r, changed, err
	}
	if err = k.file(ctx, r); crm.KindOf(err) == crm.Conflict {
		err = nil
	}
	return r, changed, err
}

func (k Keeper) file(ctx context.Context, r standing.Record) error {
	person, err := k.Shelf.Person(ctx, r.Customer)
	if err != nil {
		return err
	}
	filed, err := k.Shelf.Filed(ctx, r.Customer)
	if err != nil {
		return err
	}
	put, remove := differences(Wanted(person, r), filed)
	if put.empty() && remove.empty() {
		return nil
	}
	return k.Shelf.Replace(ctx, r, put, remove)
}
