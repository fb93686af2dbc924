package customers

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Glances tells of a customer what somebody may know who does not see them:
// that they are known, and how they are to be treated. NotFound where there is
// none.
type Glances interface {
	Glance(ctx context.Context, id crm.CustomerID) (name, level string, err error)
}

// ContactPoint is what a customer is recognised by.
type ContactPoint struct {
	Phone string `query:"phone" maxLength:"40" example:"13812345678"`
	Email string `query:"email" maxLength:"254" example:"mei@example.com"`
	Card  string `query:"card" maxLength:"128" example:"M-0001"`
}

// mostLookUps is how often within an hour a caller may look up somebody who is
// not in their scope, whether there is such a customer or not: enough for a
// till, too few to find out whose numbers we have.
const mostLookUps = 30

// find answers the exact look-up by a contact point. Of somebody outside of the
// caller's scope it shows the first letter of the name, and the level.
func (l leaf) find(ctx context.Context, in ContactPoint) (*api.Listed[Entry], error) {
	k, err := l.key(in)
	if err != nil {
		return nil, err
	}
	holders, err := l.profiles.Holders(ctx, []customer.Key{k}, true)
	if err != nil {
		return nil, err
	}
	out := &api.Listed[Entry]{}
	out.Body.Items = []Entry{}
	for _, id := range l.seen(ctx, holders) {
		p, err := l.profiles.Profile(ctx, id)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, Entry{Customer: shown(ctx, p)})
	}
	caller := api.CallerOf(ctx)
	if len(out.Body.Items) > 0 || caller.Scope == api.All {
		return out, nil
	}
	if err := l.limiter.Take(ctx, "look-up", string(caller.Subject), mostLookUps); err != nil {
		return nil, err
	}
	if holders[0] == "" {
		return out, nil
	}
	name, level, err := l.glances.Glance(ctx, holders[0])
	if crm.KindOf(err) == crm.NotFound {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Body.Items = append(out.Body.Items, Entry{Customer: Customer{Fields: Fields{Name: customer.MaskName(name)}}, Level: level})
	return out, nil
}

// key is the one key that the query names, normalised.
func (l leaf) key(in ContactPoint) (k customer.Key, err error) {
	const op = "customers.find"
	named := 0
	if in.Phone != "" {
		named++
		phone, ok := l.identity.Phone(in.Phone)
		if !ok {
			return k, crm.Wrong(op, "query.phone", "must be a phone number like +8613812345678")
		}
		k = customer.Key{Kind: customer.PhoneKey, Value: phone}
	}
	if in.Email != "" {
		named++
		email, ok := l.identity.Email(in.Email)
		if !ok {
			return k, crm.Wrong(op, "query.email", "must be an e-mail address like mei@example.com")
		}
		k = customer.Key{Kind: customer.EmailKey, Value: email}
	}
	if in.Card != "" {
		named++
		k = customer.Key{Kind: customer.CardKey, Value: in.Card}
	}
	if named != 1 {
		return k, crm.Wrong(op, "query", "say exactly one of phone, email and card")
	}
	return k, nil
}
