package customers

import (
	"context"
	"slices"

	"guanxi/internal/api"
	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/tier"
)

const listing = "With exactly one of phone, email and card, and nothing else: who is recognised by it, with their profile. " +
	"Otherwise the customers in your scope by the time of their creation, with what a list shows: name, owner, level, tier, need, status. " +
	"level, tier, status and owner (of others than you, where you see stores) narrow the list; a request looks at about 1,000 customers, " +
	"so that a page may be short, even empty, and still have a next_cursor. " +
	"name_prefix is a search: the first by name, at most limit, without a next page. Changes show within seconds."

// Cards lists customers.
type Cards interface {
	// List reads lists side by side in the order of ids, after one of them.
	List(ctx context.Context, lists []card.List, match func(card.Card) bool, limit int, after crm.CustomerID) (page []card.Card, next crm.CustomerID, err error)
	// Named gives the first by name whose folded name begins with the prefix.
	Named(ctx context.Context, lists []card.List, prefix string, match func(card.Card) bool, limit int) ([]card.Card, error)
}

// Entry is a customer in a list: the whole profile of one who was looked up,
// little more than the name of others.
type Entry struct {
	Customer
	Level  string `json:"level,omitempty" enum:",silver,gold,diamond,dormant" doc:"Membership level; absent: never bought, or looked up."`
	Tier   string `json:"tier,omitempty" enum:",strategic,growth,basic,dormant" doc:"Internal value class; absent: never bought, or looked up."`
	Need   string `json:"need,omitempty" enum:",prospect,new,existing"`
	Status string `json:"status,omitempty" enum:",active,dormant,lost" doc:"By silence; absent: neither bought nor in contact, or looked up."`
}

// Selection narrows a list; none stands for those who never bought.
type Selection struct {
	Store  crm.StoreID `query:"store" maxLength:"128" doc:"At home there, bought or checked in there." example:"sh-001"`
	Owner  crm.Subject `query:"owner" maxLength:"128" doc:"Who looks after them."`
	Level  string      `query:"level" enum:"none,silver,gold,diamond,dormant"`
	Tier   string      `query:"tier" enum:"none,strategic,growth,basic,dormant"`
	Status string      `query:"status" enum:"none,active,dormant,lost"`
	Name   string      `query:"name_prefix" maxLength:"200" doc:"How the name begins; case and spaces do not matter." example:"张"`
}

func (l leaf) list(ctx context.Context, in *struct {
	api.Page
	Selection
	ContactPoint
}) (*api.Listed[Entry], error) {
	const op = "customers.list"
	prefix := card.Fold(in.Name)
	switch {
	case in.ContactPoint != ContactPoint{}:
		if (in.Selection != Selection{} || in.Cursor != "") {
			return nil, crm.Wrong(op, "query", "phone, email and card stand alone")
		}
		return l.find(ctx, in.ContactPoint)
	case in.Name != "" && prefix == "":
		return nil, crm.Wrong(op, "query.name_prefix", "must have a letter")
	case in.Name != "" && in.Cursor != "":
		return nil, crm.Wrong(op, "query.cursor", "a search by name has one page")
	}
	lists := in.lists(api.CallerOf(ctx))
	if in.Name != "" {
		return api.List(ctx, l.api, in.Page, func(limit int, _ string) ([]card.Card, string, error) {
			found, err := l.cards.Named(ctx, lists, prefix, in.matches, limit)
			return found, "", err
		}, entry)
	}
	return api.List(ctx, l.api, in.Page, func(limit int, after string) ([]card.Card, string, error) {
		page, next, err := l.cards.List(ctx, lists, in.matches, limit, crm.CustomerID(after))
		return page, string(next), err
	}, entry)
}

// lists are those that hold the caller's scope, or the part of it that is asked
// for: the scope is in the key of what is read. A store outside of it has no
// list, like one that does not exist.
func (s Selection) lists(caller api.Caller) []card.List {
	all := []card.List{{}}
	if caller.Scope != api.All {
		all = []card.List{{Owner: caller.Subject}}
		for _, store := range caller.Stores {
			all = append(all, card.List{Store: store})
		}
	}
	if caller.Scope == api.Own {
		all = all[:1]
	}
	switch {
	case s.Store != "" && (caller.Scope == api.All || slices.Contains(all, card.List{Store: s.Store})):
		return []card.List{{Store: s.Store}}
	case s.Store != "":
		return nil
	case s.Owner != "" && (caller.Scope == api.All || s.Owner == caller.Subject):
		return []card.List{{Owner: s.Owner}}
	}
	return all
}

// matches tells whether a card is what is asked for.
func (s Selection) matches(c card.Card) bool {
	return (s.Owner == "" || s.Owner == c.Owner) && is(s.Level, c.Level) && is(s.Tier, c.Tier) && is(s.Status, c.Status)
}

func is[C level.Level | tier.Tier | tier.Status](asked string, class C) bool {
	return asked == "" || asked == string(class) || asked == "none" && class == ""
}

func entry(c card.Card) (Entry, error) { return shownCard(c), nil }

func shownCard(c card.Card) Entry {
	return Entry{Customer: Customer{ID: c.Customer, Fields: Fields{Name: c.Name, Owner: c.Owner}},
		Level: string(c.Level), Tier: string(c.Tier), Need: string(c.Need), Status: string(c.Status)}
}
