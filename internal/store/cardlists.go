package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"guanxi/internal/card"
	"guanxi/internal/crm"
)

// patience is how many cards one request looks at, about, in search of those
// that match.
const patience = 1000

// List reads lists side by side in the order of the customers' ids, which is
// that of their creation, and gives those that match; somebody who is in
// several lists comes once. After is an id, "" to begin. Next is the id to go
// on after, "" at the end; a page may be short, or empty, and have a next one,
// because a request looks at about 1,000 cards.
func (c Cards) List(ctx context.Context, lists []card.List, match func(card.Card) bool, limit int, after crm.CustomerID) (page []card.Card, next crm.CustomerID, err error) {
	var readers []*cardReader
	for _, l := range lists {
		for _, q := range c.partitions(l) {
			readers = append(readers, &cardReader{query: q, show: readCard, after: after})
		}
	}
	return merge(ctx, readers, match, limit, after)
}

// Members lists who is in a segment, of those in the lists; all as List does.
// What is shown of them is read from their cards, half a read unit each.
func (c Cards) Members(ctx context.Context, id crm.SegmentID, lists []card.List, limit int, after crm.CustomerID) (page []card.Card, next crm.CustomerID, err error) {
	var readers []*cardReader
	for _, l := range lists {
		for _, pk := range entryListPKs(id, l) {
			q := query{table: c.table, index: cardsIndex(), pk: pk}
			readers = append(readers, &cardReader{query: q, show: readEntry, after: after})
		}
	}
	members, next, err := merge(ctx, readers, func(card.Card) bool { return true }, limit, after)
	if err != nil {
		return nil, "", err
	}
	ids := make([]crm.CustomerID, len(members))
	for i, m := range members {
		ids[i] = m.Customer
	}
	cards, err := c.In(ctx, "", ids)
	for _, id := range ids {
		if shown, there := cards[id]; there { // or they have just been deleted
			page = append(page, shown)
		}
	}
	return page, next, err
}

// readEntry reads whose entry it is.
func readEntry(_ string, i item) (card.Card, error) { return card.Card{Customer: customerOf(i)}, nil }

// merge reads partitions side by side.
func merge(ctx context.Context, readers []*cardReader, match func(card.Card) bool, limit int, after crm.CustomerID) (page []card.Card, next crm.CustomerID, err error) {
	chunk := limit + 1
	if n := len(readers); n > 1 {
		chunk = limit/n + 4
	}
	if err := atOnce(len(readers), func(i int) error { return readers[i].read(ctx, chunk) }); err != nil {
		return nil, "", err
	}
	for seen, last := 0, after; ; {
		first := soonest(readers)
		if first == nil {
			return page, "", nil
		}
		if len(page) == limit || seen == patience {
			return page, last, nil
		}
		found, err := first.take(ctx, min(2*chunk, patience))
		if err != nil {
			return nil, "", err
		}
		if found.Customer == last { // in another list as well
			continue
		}
		last = found.Customer
		seen++
		if match(found) {
			page = append(page, found)
		}
	}
}

// partitions are those that a list lies in.
func (c Cards) partitions(l card.List) []query {
	switch {
	case l.Owner != "":
		return []query{{table: c.table, index: ownersIndex(), pk: ownerListPK(l.Owner)}}
	case l.Store != "":
		return []query{{table: c.table, index: cardsIndex(), pk: storeListPK(l.Store)}}
	}
	shards := make([]query, cardShards)
	for shard := range shards {
		shards[shard] = query{table: c.table, index: cardsIndex(), pk: shardListPK(shard)}
	}
	return shards
}

// cardReader walks through one partition, a chunk at a time.
type cardReader struct {
	query query
	show  func(op string, i item) (card.Card, error)
	after crm.CustomerID // the last one read
	cards []card.Card    // read and not yet taken
	ended bool
}

// pastIDs sorts after every id of a customer.
const pastIDs = "cus_~"

func (r *cardReader) read(ctx context.Context, chunk int) error {
	const op = "store.ListCards"
	q := r.query
	q.between, q.limit = [2]string{string(r.after) + "#", pastIDs}, chunk // no id continues another
	rest, err := q.run(ctx, op, func(i item) error {
		found, err := r.show(op, i)
		r.cards, r.after = append(r.cards, found), found.Customer
		return err
	})
	r.ended = rest == nil
	return err
}

// take gives the next card; what comes after it is read when it is not there.
func (r *cardReader) take(ctx context.Context, chunk int) (card.Card, error) {
	found := r.cards[0]
	r.cards = r.cards[1:]
	if len(r.cards) > 0 || r.ended {
		return found, nil
	}
	return found, r.read(ctx, chunk)
}

// soonest is the reader whose next card has the lowest id; nil: all have ended.
func soonest(readers []*cardReader) (first *cardReader) {
	for _, r := range readers {
		if len(r.cards) > 0 && (first == nil || r.cards[0].Customer < first.cards[0].Customer) {
			first = r
		}
	}
	return first
}

// Named gives the first by name, at most limit, of those in the lists whose
// folded name begins with the prefix and that match. It is a search, not a
// list: names change, so there is no next page.
func (c Cards) Named(ctx context.Context, lists []card.List, prefix string, match func(card.Card) bool, limit int) ([]card.Card, error) {
	matching := func(found card.Card) bool { return strings.HasPrefix(card.Fold(found.Name), prefix) && match(found) }
	var partitions []query
	for _, l := range lists {
		for _, q := range c.partitions(l) {
			if l.Owner == "" { // an owner's are few, and have no index by name
				q.index, q.pk, q.prefix = namesIndex(), nameListPK(q.pk, prefix), escaper.Replace(prefix)
			}
			partitions = append(partitions, q)
		}
	}
	found := make([][]card.Card, len(partitions))
	err := atOnce(len(partitions), func(i int) (err error) {
		found[i], err = first(ctx, partitions[i], matching, limit, patience/len(partitions))
		return err
	})
	if err != nil {
		return nil, err
	}
	names := slices.Concat(found...)
	slices.SortFunc(names, func(a, b card.Card) int {
		return cmp.Or(cmp.Compare(card.Fold(a.Name), card.Fold(b.Name)), cmp.Compare(a.Customer, b.Customer))
	})
	names = slices.CompactFunc(names, func(a, b card.Card) bool { return a.Customer == b.Customer })
	return names[:min(limit, len(names))], nil
}

// first gives the first cards of a partition that match, at most limit, of
// about as many as it may look at.
func first(ctx context.Context, q query, match func(card.Card) bool, limit, looks int) (found []card.Card, err error) {
	const op = "store.NamedCards"
	q.limit = limit
	for ; looks > 0 && len(found) < limit; looks -= limit {
		q.after, err = q.run(ctx, op, func(i item) error {
			c, err := readCard(op, i)
			if match(c) {
				found = append(found, c)
			}
			return err
		})
		if err != nil || q.after == nil {
			break
		}
	}
	return found, err
}
