package card

import (
	"cmp"
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Entry is a customer's place in a list of a segment's members: of all of them,
// of those in a store, of those of an owner. It holds nothing else: who reads a
// page of members reads their cards.
type Entry struct {
	Customer crm.CustomerID
	Segment  crm.SegmentID
	List     List
}

// Entries are those that a customer is to have: for each segment, one in each
// list that a card of theirs is in.
func Entries(p Person, r standing.Record) (all []Entry) {
	if p.ID == "" {
		return nil
	}
	for _, id := range r.Member.In {
		for _, c := range Of(p, r) {
			all = append(all, Entry{p.ID, id, List{Store: c.Store}})
		}
		if p.Owner != "" {
			all = append(all, Entry{p.ID, id, List{Owner: p.Owner}})
		}
	}
	return all
}

// Filing is what is filed of a customer: cards and entries, or a part of them.
type Filing struct {
	Cards   []Card
	Entries []Entry
}

func (f Filing) empty() bool { return len(f.Cards)+len(f.Entries) == 0 }

// Wanted is all that is to be filed of a customer.
func Wanted(p Person, r standing.Record) Filing { return Filing{Of(p, r), Entries(p, r)} }

// differences are what turns the filing that stands into that which is wanted.
func differences(want, filed Filing) (put, remove Filing) {
	put.Cards = slices.DeleteFunc(slices.Clone(want.Cards), func(c Card) bool { return slices.Contains(filed.Cards, c) })
	remove.Cards = slices.DeleteFunc(slices.Clone(filed.Cards), func(c Card) bool {
		return slices.ContainsFunc(want.Cards, func(w Card) bool { return w.Store == c.Store })
	})
	put.Entries = without(want.Entries, filed.Entries)
	remove.Entries = without(filed.Entries, want.Entries)
	return put, remove
}

// without are those of all that are not among some: both may be hundreds.
func without(all, some []Entry) (rest []Entry) {
	some = slices.SortedFunc(slices.Values(some), Entry.compare)
	for _, e := range all {
		if _, there := slices.BinarySearchFunc(some, e, Entry.compare); !there {
			rest = append(rest, e)
		}
	}
	return rest
}

func (e Entry) compare(other Entry) int {
	return cmp.Or(cmp.Compare(e.Segment, other.Segment), cmp.Compare(e.List.Store, other.List.Store), cmp.Compare(e.List.Owner, other.List.Owner))
}
