package customer

import (
	"cmp"
	"slices"

	"guanxi/internal/crm"
)

// KeyKind says by what a customer is recognised.
type KeyKind string

const (
	PlatformKey KeyKind = "platform"
	EmailKey    KeyKind = "email"
	PhoneKey    KeyKind = "phone"
	CardKey     KeyKind = "card"
)

// Key is a normalised fact that belongs to one customer at most. Connection is
// set for a PlatformKey only: platforms number their accounts each for itself.
type Key struct {
	Kind       KeyKind
	Connection crm.ConnectionID
	Value      string
}

// Keys are all keys by which the profile is recognised, the surest first. A
// key can be held by somebody else all the same: then it is a link candidate.
func (p Profile) Keys() []Key {
	var keys []Key
	add := func(k Key) {
		if k.Value != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, a := range p.Platforms {
		add(Key{PlatformKey, a.Connection, a.ID})
	}
	for _, card := range p.Cards {
		add(Key{Kind: CardKey, Value: card})
	}
	add(Key{Kind: EmailKey, Value: p.Email})
	add(Key{Kind: PhoneKey, Value: p.Phone})
	for _, c := range p.Contacts {
		if kind := KeyKind(c.Kind); kind == EmailKey || kind == PhoneKey {
			add(Key{Kind: kind, Value: c.Value})
		}
	}
	return keys
}

// Take notes the keys in the profile, each where it belongs: the first phone
// and e-mail in their own fields, further ones among the contacts. Taking a
// key again changes nothing, and the order of taking makes no difference to
// the set of keys.
func (p Profile) Take(keys ...Key) Profile {
	for _, k := range keys {
		switch {
		case slices.Contains(p.Keys(), k):
		case k.Kind == PlatformKey:
			p.Platforms = append(slices.Clip(p.Platforms), Platform{k.Connection, k.Value})
			slices.SortFunc(p.Platforms, func(a, b Platform) int {
				return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.ID, b.ID))
			})
		case k.Kind == CardKey:
			p.Cards = append(slices.Clip(p.Cards), k.Value)
			slices.Sort(p.Cards)
		case k.Kind == EmailKey && p.Email == "":
			p.Email = k.Value
		case k.Kind == PhoneKey && p.Phone == "":
			p.Phone = k.Value
		default:
			p = p.withContact(Contact{string(k.Kind), k.Value})
		}
	}
	return p
}

// withContact adds c to the contacts, which stay sorted and each once.
func (p Profile) withContact(c Contact) Profile {
	if c.Value == "" || slices.Contains(p.Contacts, c) {
		return p
	}
	p.Contacts = append(slices.Clip(p.Contacts), c)
	slices.SortFunc(p.Contacts, func(a, b Contact) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	return p
}

func (p Profile) without(c Contact) Profile {
	if i := slices.Index(p.Contacts, c); i >= 0 {
		p.Contacts = slices.Delete(slices.Clone(p.Contacts), i, i+1)
	}
	return p
}
