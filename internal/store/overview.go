package store

import (
	"context"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/overview"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
)

// Overviews reads all that one look at a customer shows: their partition of
// Customers, strongly consistent, and the newest of their facts, a moment old
// at most. Two queries, side by side; a third where there are more than
// mostFacts facts.
type Overviews struct {
	customers Customers
	decisions Decisions[standing.Measures, standing.Classes]
	warnings  Warnings
	facts     Facts
}

// NewOverviews reads the tables Customers and Facts.
func NewOverviews(db DB, customers, facts string, keys *seal.Keys, zone *time.Location) Overviews {
	return Overviews{
		customers: NewCustomers(db, customers, "", "", keys, zone),
		decisions: NewDecisions[standing.Measures, standing.Classes](db, customers, facts, keys),
		warnings:  NewWarnings(db, customers, "", keys, zone),
		facts:     NewFacts(db, facts, "", keys, zone),
	}
}

// Overview is of a customer who is there; NotFound of others.
func (o Overviews) Overview(ctx context.Context, id crm.CustomerID) (known overview.Overview, err error) {
	var happened history.Facts
	err = atOnce(2, func(i int) (err error) {
		if i == 0 {
			known, err = o.known(ctx, id)
		} else {
			happened, err = o.facts.newest(ctx, id)
		}
		return err
	})
	known.Facts = happened
	return known, err
}

// known reads the customer's partition.
func (o Overviews) known(ctx context.Context, id crm.CustomerID) (all overview.Overview, err error) {
	const op = "store.Overview"
	_, err = query{table: o.customers.table, pk: customerPK(id), consistent: true}.run(ctx, op, func(i item) (err error) {
		switch sk := text(i[attrSK]); {
		case sk == skProfile:
			var stored profileItem
			if err = decode(op, i, &stored); err == nil && stored.Deleted == "" {
				all.Profile, err = o.customers.read(ctx, id, stored)
			}
		case sk == skDecision:
			change, failure := o.decisions.read(ctx, id, i)
			all.Decision, err = change.Record, failure
		case strings.HasPrefix(sk, skWarning):
			w, failure := o.warnings.read(ctx, op, i)
			if err = failure; w.Value.Open() {
				all.Warnings = append(all.Warnings, w.Value)
			}
		case strings.HasPrefix(sk, skFollowUp):
			t, failure := o.warnings.tasks.read(ctx, op, i)
			if err = failure; t.Value.Open() {
				all.Tasks = append(all.Tasks, t.Value)
			}
		}
		return err
	})
	if err == nil && all.Profile.ID == "" {
		err = crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	return all, err
}

// mostFacts is how many facts one query of an overview reads.
const mostFacts = 200

// newest reads a customer's facts from the end, which are the contacts, the
// newest first; at most mostFacts, and, where those are not all, as many of the
// others once more.
func (f Facts) newest(ctx context.Context, id crm.CustomerID) (all history.Facts, err error) {
	const op = "store.Newest"
	q := query{table: f.table, pk: customerPK(id), prefix: skInputs, newest: true, limit: mostFacts}
	keep := func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		return f.open(ctx, &all, stored)
	}
	q.after, err = q.run(ctx, op, keep)
	if err != nil || q.after == nil {
		return all, err
	}
	q.after[attrSK] = str(min(sortKeyOf(q.after), skInteractions)) // past the contacts that are left
	_, err = q.run(ctx, op, keep)
	return all, err
}

// open adds a fact to the others, with what was said.
func (f Facts) open(ctx context.Context, all *history.Facts, stored factItem) (err error) {
	contacts, answers := len(all.Interactions), len(all.Answers)
	if err := f.gather(ctx, all, stored); err != nil || stored.Body == nil {
		return err
	}
	if len(all.Interactions) > contacts {
		all.Interactions[contacts], err = f.openInteraction(ctx, all.Interactions[contacts].Customer, stored)
	}
	if len(all.Answers) > answers {
		all.Answers[answers], err = f.openAnswer(ctx, stored)
	}
	return err
}
