package card

import (
	"context"
	"slices"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Shelf keeps cards.
type Shelf interface {
	// Person is who the customer is now, strongly consistent.
	Person(ctx context.Context, id crm.CustomerID) (Person, error)
	// Cards are those that stand, strongly consistent.
	Cards(ctx context.Context, id crm.CustomerID) ([]Card, error)
	// Replace puts and removes cards where the decision still stands, all or
	// nothing; a crm.Conflict where a later one does.
	Replace(ctx context.Context, r standing.Record, put, remove []Card) error
}

// Keeper brings the cards of a customer in line with every decision. It is the
// only writer of cards, compares at every wake-up and writes what differs, so
// that a card which was missed once is mended by the next look.
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
	filed, err := k.Shelf.Cards(ctx, r.Customer)
	if err != nil {
		return err
	}
	put, remove := differences(Of(person, r), filed)
	if len(put)+len(remove) == 0 {
		return nil
	}
	return k.Shelf.Replace(ctx, r, put, remove)
}

// differences are what turns the cards that are filed into those that are wanted.
func differences(want, filed []Card) (put, remove []Card) {
	put = slices.DeleteFunc(slices.Clone(want), func(c Card) bool { return slices.Contains(filed, c) })
	remove = slices.DeleteFunc(slices.Clone(filed), func(c Card) bool {
		return slices.ContainsFunc(want, func(w Card) bool { return w.Store == c.Store })
	})
	return put, remove
}
