package customer

import (
	"reflect"
	"time"

	"guanxi/internal/crm"
)

// Mention is a person as an order, a form or a shop's record of its customer
// names them: as the source wrote it until package identity has normalised it.
type Mention struct {
	Account Platform // zero for a guest
	Card    string
	Email   string
	Phone   string
	Region  string // ISO 3166 country of a phone written without one
	Name    string
	Address *Address
	Source  crm.Channel // how a person met us who is not known yet
	Store   crm.StoreID // the home store of a person who is not known yet

	// Version orders the statements about a person. It is zero where the
	// mention is a by-product, as in an order: that recognises people and fills
	// a new profile, but states nothing about a known one.
	Version crm.Version
}

// Anonymous tells whether the source named nobody at all; one that named
// somebody by what can't be used did.
func (m Mention) Anonymous() bool {
	return m.Account.ID == "" && m.Card == "" && m.Email == "" && m.Phone == ""
}

// Keys are those that a normalised mention names, the surest first: account,
// card, e-mail, phone.
func (m Mention) Keys() []Key {
	return Profile{Private: Private{
		Platforms: []Platform{m.Account}, Cards: []string{m.Card}, Email: m.Email, Phone: m.Phone,
	}}.Keys()
}

// New is the profile of a person whom a normalised mention made known.
func New(id crm.CustomerID, m Mention, at time.Time) Profile {
	p := Profile{ID: id, Kind: Person, Source: m.Source, HomeStore: m.Store, CreatedAt: at, UpdatedAt: at, Revision: NewRevision(at)}
	return p.state(m).Take(m.Keys()...)
}

// Learn adds to a known profile what a normalised mention brings: the keys,
// and what it states. It tells whether anything is new.
//
// In each field the newest statement wins, whoever made it, so statements may
// come in any order and any number of times. What a statement leaves empty it
// does not state: a shop that forgets a phone does not make us forget it.
func (p Profile) Learn(m Mention, keys []Key, at time.Time) (Profile, bool) {
	next := p
	if m.Version != "" {
		next = next.state(m)
	}
	next = next.Take(keys...)
	if reflect.DeepEqual(next, p) {
		return p, false
	}
	next.UpdatedAt, next.Revision = at, NewRevision(at)
	return next, true
}

func (p Profile) state(m Mention) Profile {
	for _, f := range stateable {
		if m.Version < p.Stated[f] {
			continue
		}
		next, says := p.with(f, m)
		if !says {
			continue
		}
		p = next
		if m.Version != "" {
			p = p.stamped(f, m.Version)
		}
	}
	return p
}
