// Package customers is the API of people and organisations: create, read,
// amend, delete, and find by what they are recognised by.
package customers

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Profiles keeps profiles and the locks of their keys. Writes return a Conflict
// where the revision is another or a key is held by somebody else.
type Profiles interface {
	Profile(ctx context.Context, id crm.CustomerID) (customer.Profile, error)
	Create(ctx context.Context, p customer.Profile, locks []customer.Key) error
	Replace(ctx context.Context, before, next customer.Profile, locks []customer.Key) error
	Delete(ctx context.Context, p customer.Profile) error
	Holders(ctx context.Context, keys []customer.Key, strong bool) ([]crm.CustomerID, error)
	Claim(ctx context.Context, k customer.Key, by crm.CustomerID) error
}

// Identity knows how contact points are written.
type Identity interface {
	// Profile normalises what a caller wrote, or says which field can't be used.
	Profile(p customer.Profile) (customer.Profile, error)
	// Phone and Email normalise one value; false: it is none.
	Phone(raw string) (string, bool)
	Email(raw string) (string, bool)
}

type leaf struct {
	people   api.People
	profiles Profiles
	identity Identity
}

// Register adds the operations.
func Register(a *api.API, people api.People, profiles Profiles, identity Identity) {
	l := leaf{people, profiles, identity}
	create := operation("create-customer", http.MethodPost, "/v1/customers", "Create a customer", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	create.Description = "A phone, e-mail or card that another customer of your scope has is a conflict (409) that names them; " +
		"repeat with allow_duplicate=true if it is somebody else all the same."
	api.Register(a, create, l.create)
	api.Register(a, operation("list-customers", http.MethodGet, "/v1/customers", "Find a customer by phone, e-mail or card"), l.find)
	api.Register(a, operation("read-customer", http.MethodGet, "/v1/customers/{id}", "Read a customer"), l.read)
	update := operation("update-customer", http.MethodPatch, "/v1/customers/{id}", "Amend a customer (merge patch, RFC 7396)", http.StatusConflict)
	api.Register(a, update, l.update)
	remove := operation("delete-customer", http.MethodDelete, "/v1/customers/{id}", "Delete a customer", http.StatusConflict)
	remove.DefaultStatus = http.StatusNoContent
	remove.Description = "The profile is hidden and its phone, e-mail and cards are free again. Orders stay in the figures."
	api.Register(a, remove, l.remove)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"customers"}, Errors: responses}
}

type answer struct {
	ETag string `header:"ETag"`
	Body Customer
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Customer
}

func (l leaf) create(ctx context.Context, in *struct {
	AllowDuplicate bool `query:"allow_duplicate" doc:"Create although others have the same phone, e-mail or card."`
	Body           Fields
}) (*created, error) {
	p, err := l.identity.Profile(in.Body.profile(customer.Profile{}))
	if err != nil {
		return nil, err
	}
	if err := l.placed(ctx, &p); err != nil {
		return nil, err
	}
	at := crm.AsOf(ctx)
	p.ID = crm.NewCustomerID(at)
	p.CreatedAt = at
	p = p.Edited(customer.Profile{}, at)

	holders, err := l.profiles.Holders(ctx, p.Keys(), true)
	if err != nil {
		return nil, err
	}
	if matches := l.seen(ctx, holders); len(matches) > 0 && !in.AllowDuplicate {
		return nil, &api.Problem{Status: http.StatusConflict, Detail: "there is a customer with this phone, e-mail or card", Matches: matches}
	}
	var free []customer.Key
	for i, k := range p.Keys() {
		if holders[i] == "" {
			free = append(free, k)
		} else if err := l.profiles.Claim(ctx, k, p.ID); err != nil {
			return nil, err
		}
	}
	if err := l.profiles.Create(ctx, p, free); err != nil {
		return nil, err
	}
	return &created{Location: "/v1/customers/" + string(p.ID), ETag: api.ETag(string(p.Revision)), Body: shown(ctx, p)}, nil
}

// placed sees to it that a caller bound to stores creates customers of theirs.
func (l leaf) placed(ctx context.Context, p *customer.Profile) error {
	caller := api.CallerOf(ctx)
	if caller.Scope == api.All {
		return nil
	}
	if p.HomeStore == "" && len(caller.Stores) == 1 {
		p.HomeStore = caller.Stores[0]
	}
	if !caller.Sees([]crm.StoreID{p.HomeStore}, p.Owner) {
		return crm.Wrong("customers.placed", "home_store", "must be one of your stores")
	}
	return nil
}

// seen are those of the holders whom the caller may know of, each once.
func (l leaf) seen(ctx context.Context, holders []crm.CustomerID) (matches []crm.CustomerID) {
	known := map[crm.CustomerID]bool{"": true}
	for _, id := range holders {
		if !known[id] && api.See(ctx, l.people, id) == nil {
			matches = append(matches, id)
		}
		known[id] = true
	}
	return matches
}

func (l leaf) read(ctx context.Context, in *api.CustomerPath) (*answer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	p, err := l.profiles.Profile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer{ETag: api.ETag(string(p.Revision)), Body: shown(ctx, p)}, nil
}

type matches struct {
	Body struct {
		Items []Customer `json:"items" nullable:"false"`
	}
}

func (l leaf) find(ctx context.Context, in *struct {
	Phone string `query:"phone" maxLength:"40" example:"13812345678"`
	Email string `query:"email" maxLength:"254" example:"mei@example.com"`
	Card  string `query:"card" maxLength:"128" example:"M-0001"`
}) (*matches, error) {
	const op = "customers.find"
	var keys []customer.Key
	if in.Phone != "" {
		phone, ok := l.identity.Phone(in.Phone)
		if !ok {
			return nil, crm.Wrong(op, "query.phone", "must be a phone number like +8613812345678")
		}
		keys = append(keys, customer.Key{Kind: customer.PhoneKey, Value: phone})
	}
	if in.Email != "" {
		email, ok := l.identity.Email(in.Email)
		if !ok {
			return nil, crm.Wrong(op, "query.email", "must be an e-mail address like mei@example.com")
		}
		keys = append(keys, customer.Key{Kind: customer.EmailKey, Value: email})
	}
	if in.Card != "" {
		keys = append(keys, customer.Key{Kind: customer.CardKey, Value: in.Card})
	}
	if len(keys) != 1 {
		return nil, crm.Wrong(op, "query", "say exactly one of phone, email and card")
	}
	holders, err := l.profiles.Holders(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	out := &matches{}
	out.Body.Items = []Customer{}
	for _, id := range l.seen(ctx, holders) {
		p, err := l.profiles.Profile(ctx, id)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown(ctx, p))
	}
	return out, nil
}

func (l leaf) update(ctx context.Context, in *struct {
	api.CustomerPath
	api.IfMatch
	Body api.Patch[Fields] `contentType:"application/merge-patch+json"`
}) (*answer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	before, err := l.profiles.Profile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(string(before.Revision)); err != nil {
		return nil, err
	}
	fields, err := in.Body.Apply(fieldsOf(before))
	if err != nil {
		return nil, err
	}
	next, err := l.identity.Profile(fields.profile(before))
	if err != nil {
		return nil, err
	}
	if next.HomeStore != before.HomeStore || next.Owner != before.Owner {
		if err := l.placed(ctx, &next); err != nil {
			return nil, err
		}
	}
	next = next.Edited(before, crm.AsOf(ctx))
	free, err := l.newKeys(ctx, before, next)
	if err != nil {
		return nil, err
	}
	if err := l.profiles.Replace(ctx, before, next, free); err != nil {
		return nil, err
	}
	return &answer{ETag: api.ETag(string(next.Revision)), Body: shown(ctx, next)}, nil
}

// newKeys are the keys that the amended profile gains and nobody holds. One
// that somebody in scope holds is a conflict; one held elsewhere is claimed.
func (l leaf) newKeys(ctx context.Context, before, next customer.Profile) (free []customer.Key, err error) {
	var gained []customer.Key
	had := map[customer.Key]bool{}
	for _, k := range before.Keys() {
		had[k] = true
	}
	for _, k := range next.Keys() {
		if !had[k] {
			gained = append(gained, k)
		}
	}
	holders, err := l.profiles.Holders(ctx, gained, true)
	if err != nil {
		return nil, err
	}
	if matches := l.seen(ctx, holders); len(matches) > 0 && (len(matches) > 1 || matches[0] != next.ID) {
		return nil, &api.Problem{Status: http.StatusConflict, Detail: "another customer has this phone, e-mail or card", Matches: matches}
	}
	for i, k := range gained {
		if holders[i] == "" {
			free = append(free, k)
		} else if holders[i] != next.ID {
			if err := l.profiles.Claim(ctx, k, next.ID); err != nil {
				return nil, err
			}
		}
	}
	return free, nil
}

func (l leaf) remove(ctx context.Context, in *struct {
	api.CustomerPath
	api.IfMatch
}) (*struct{}, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	p, err := l.profiles.Profile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(string(p.Revision)); err != nil {
		return nil, err
	}
	return nil, l.profiles.Delete(ctx, p)
}
