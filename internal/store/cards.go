package store

import (
	"context"
	"slices"
	"strings"

	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// Cards are what lists show of customers. They lie with the customer, and in
// sparse indexes whose sort key is the customer's id: it never changes while a
// card stands, so that a cursor misses nobody and names nobody twice.
type Cards struct{ table table }

// NewCards keeps cards in the table Customers.
func NewCards(db DB, customers string) Cards { return Cards{table{db.client, customers}} }

// cardItem is about 250 bytes, all clear.
type cardItem struct {
	PK     string      `dynamodbav:"PK"`
	SK     string      `dynamodbav:"SK"`
	Name   string      `dynamodbav:"name,omitempty"`
	Owner  crm.Subject `dynamodbav:"owner,omitempty"`
	Level  level.Level `dynamodbav:"level,omitempty"`
	Tier   tier.Tier   `dynamodbav:"tier,omitempty"`
	Need   tier.Need   `dynamodbav:"need,omitempty"`
	Status tier.Status `dynamodbav:"status,omitempty"`
}

// Person is who the customer is now, strongly consistent; the zero Person for
// one who has been deleted.
func (c Cards) Person(ctx context.Context, id crm.CustomerID) (card.Person, error) {
	var stored profileItem
	found, err := c.table.get(ctx, "store.Person", profileKey(id), true, &stored)
	if err != nil || !found || stored.Deleted != "" {
		return card.Person{}, err
	}
	return card.Person{ID: id, Name: stored.Name, Owner: stored.Owner, Home: stored.HomeStore}, nil
}

// Filed are the cards and entries of a customer that stand, strongly consistent.
func (c Cards) Filed(ctx context.Context, id crm.CustomerID) (all card.Filing, err error) {
	const op = "store.Filed"
	_, err = query{table: c.table, pk: customerPK(id), prefix: skCard, consistent: true}.run(ctx, op, func(i item) error {
		if sk := sortKeyOf(i); strings.HasPrefix(sk, skEntry) {
			all.Entries = append(all.Entries, entryOf(id, sk))
			return nil
		}
		found, err := readCard(op, i)
		all.Cards = append(all.Cards, found)
		return err
	})
	return all, err
}

func readCard(op string, i item) (card.Card, error) {
	var stored cardItem
	if err := decode(op, i, &stored); err != nil {
		return card.Card{}, err
	}
	return card.Card{Customer: crm.CustomerID(split(stored.PK)[1]), Store: crm.StoreID(split(stored.SK)[1]), Name: stored.Name,
		Owner: stored.Owner, Level: stored.Level, Tier: stored.Tier, Need: stored.Need, Status: stored.Status}, nil
}

// In are the cards of some customers in a store, a moment old at most; who has
// none there has no entry. Half a read unit for each.
func (c Cards) In(ctx context.Context, store crm.StoreID, ids []crm.CustomerID) (map[crm.CustomerID]card.Card, error) {
	const op = "store.CardsIn"
	cards := map[crm.CustomerID]card.Card{}
	place := func(id crm.CustomerID) key { return cardKey(id, store) }
	err := c.table.several(ctx, op, ids, place, "", nil, func(i item) error {
		found, err := readCard(op, i)
		cards[found.Customer] = found
		return err
	})
	return cards, err
}

// most is how many actions a transaction may have.
const most = 100

// Replace puts and removes cards and entries where the decision r still stands;
// a Conflict where a later one does. Up to 99 change all at once, more in parts.
func (c Cards) Replace(ctx context.Context, r standing.Record, put, remove card.Filing) error {
	const op = "store.ReplaceCards"
	var writes []write // the check that stands with them is the condition of all
	for _, changed := range put.Cards {
		i, err := c.item(op, changed)
		if err != nil {
			return err
		}
		writes = append(writes, write{table: c.table, key: cardKey(changed.Customer, changed.Store), put: i})
	}
	for _, gone := range remove.Cards {
		writes = append(writes, write{table: c.table, key: cardKey(gone.Customer, gone.Store), remove: true})
	}
	for _, entered := range put.Entries {
		writes = append(writes, write{table: c.table, key: entryKey(entered),
			put: item{cardsIndex().pk: str(entryListPK(entered)), cardsIndex().sk: str(string(entered.Customer))}})
	}
	for _, left := range remove.Entries {
		writes = append(writes, write{table: c.table, key: entryKey(left), remove: true})
	}
	check := write{table: c.table, key: decisionKey(r.Customer), when: "guard = :guard", values: item{":guard": str(r.Guard.String())}}
	for part := range slices.Chunk(writes, most-1) {
		if err := together(ctx, op, append(slices.Clip(part), check)...); err != nil {
			return err
		}
	}
	return nil
}

// item is a card with its places in the indexes.
func (c Cards) item(op string, of card.Card) (item, error) {
	i, err := encode(op, cardItem{Name: of.Name, Owner: of.Owner, Level: of.Level, Tier: of.Tier, Need: of.Need, Status: of.Status})
	if err != nil {
		return nil, err
	}
	delete(i, attrPK)
	delete(i, attrSK)
	list := storeListPK(of.Store)
	if of.Store == "" {
		list = shardListPK(cardShard(of.Customer))
		if of.Owner != "" {
			i[ownersIndex().pk], i[ownersIndex().sk] = str(ownerListPK(of.Owner)), str(string(of.Customer))
		}
	}
	i[cardsIndex().pk], i[cardsIndex().sk] = str(list), str(string(of.Customer))
	if folded := card.Fold(of.Name); folded != "" {
		i[namesIndex().pk], i[namesIndex().sk] = str(nameListPK(list, folded)), str(nameSK(folded, of.Customer))
	}
	return i, nil
}
