// Package card decides what lists show of a customer: a small card among all
// customers, and one in each store whose staff may see them. Cards are made
// from the profile and the standing decision and hold nothing that is sealed.
package card

import (
	"slices"
	"strings"
	"unicode"

	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// Card is what a list shows of a customer. It holds no date of a purchase, so
// that an order which changes no class changes no card.
type Card struct {
	Customer crm.CustomerID
	Store    crm.StoreID // whose list it is in; empty: the list of all
	Name     string
	Owner    crm.Subject
	Level    level.Level
	Tier     tier.Tier
	Need     tier.Need
	Status   tier.Status
}

// Person is what a card takes from the profile. The zero Person has been
// deleted, and has no cards.
type Person struct {
	ID    crm.CustomerID
	Name  string
	Owner crm.Subject
	Home  crm.StoreID
}

// Of are the cards that a customer is to have: one among all, and one in each
// store where they are at home, bought or checked in.
func Of(p Person, r standing.Record) []Card {
	if p.ID == "" {
		return nil
	}
	stores := append([]crm.StoreID{"", p.Home}, r.Stores...)
	slices.Sort(stores)
	stores = slices.Compact(stores)
	cards := make([]Card, len(stores))
	for i, store := range stores {
		cards[i] = Card{p.ID, store, p.Name, p.Owner, r.Classes.Level, r.Classes.Tier, r.Classes.Need, r.Classes.Status}
	}
	return cards
}

// List names a list of cards: of a store, of an owner, or, zero, of all.
type List struct {
	Store crm.StoreID
	Owner crm.Subject
}

// Fold is how a name is searched and sorted: in lower case, without spaces, so
// that "mei z" finds "Mei Zhang" and 张美 is found as 张 美.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
