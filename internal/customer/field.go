package customer

import (
	"maps"
	"reflect"
	"time"

	"guanxi/internal/crm"
)

// Field is one that several sources may state.
type Field string

const (
	FieldName    Field = "name"
	FieldEmail   Field = "email"
	FieldPhone   Field = "phone"
	FieldAddress Field = "address"
)

var stateable = []Field{FieldName, FieldEmail, FieldPhone, FieldAddress}

// value is what the profile holds in a stateable field.
func (p Profile) value(f Field) any {
	switch f {
	case FieldName:
		return p.Name
	case FieldEmail:
		return p.Email
	case FieldPhone:
		return p.Phone
	default:
		return p.Address
	}
}

// with is the profile with what the mention says in one field; false where it
// says nothing. A phone or e-mail that is replaced stays among the contacts:
// its lock remains the customer's.
func (p Profile) with(f Field, m Mention) (Profile, bool) {
	switch f {
	case FieldName:
		if m.Name == "" {
			return p, false
		}
		p.Name = m.Name
	case FieldEmail:
		if m.Email == "" {
			return p, false
		}
		p = p.without(Contact{string(EmailKey), m.Email})
		if p.Email != m.Email {
			p = p.withContact(Contact{string(EmailKey), p.Email})
		}
		p.Email = m.Email
	case FieldPhone:
		if m.Phone == "" {
			return p, false
		}
		p = p.without(Contact{string(PhoneKey), m.Phone})
		if p.Phone != m.Phone {
			p = p.withContact(Contact{string(PhoneKey), p.Phone})
		}
		p.Phone = m.Phone
	case FieldAddress:
		if m.Address == nil {
			return p, false
		}
		p.Address = m.Address
	}
	return p, true
}

// stamped notes the version of a field's newest statement.
func (p Profile) stamped(f Field, v crm.Version) Profile {
	stated := maps.Clone(p.Stated)
	if stated == nil {
		stated = map[Field]crm.Version{}
	}
	stated[f] = v
	p.Stated = stated
	return p
}

// editRank puts a person's word before a machine's of the same microsecond.
const editRank = 9

// Edited stamps what a person at the keyboard changed since before, so that an
// older statement of a shop, delivered late, does not undo it; and it gives
// the new state its time and revision.
func (p Profile) Edited(before Profile, at time.Time) Profile {
	for _, f := range stateable {
		if !reflect.DeepEqual(p.value(f), before.value(f)) {
			p = p.stamped(f, crm.NewVersion(at, editRank, nil))
		}
	}
	p.UpdatedAt, p.Revision = at, NewRevision(at)
	return p
}
