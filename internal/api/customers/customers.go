// Package customers is the API of people and organisations: create, read,
// amend, delete, and find by what they are recognised by.
package customers

import (
	"context"
	"net/http"
	"time"

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
	// Deleted reads a profile even if it was deleted, and since when it is.
	Deleted(ctx context.Context, id crm.CustomerID) (p customer.Profile, since time.Time, err error)
	// Restore is Amend for a profile that was deleted.
	Restore(ctx context.Context, next customer.Profile, was customer.Revision, locks []customer.Key) error
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

// Definitions are the retailer's own fields, a minute old at most.
type Definitions interface {
	CustomFields(ctx context.Context) (customer.CustomFields, error)
}

// Ports are what the operations work with.
type Ports struct {
	People   api.People
	Glances  Glances
	Profiles Profiles
	Cards    Cards
	Identity Identity
	Fields   Definitions
	Limiter  api.Limiter
}

type leaf struct {
	api      *api.API
	people   api.People
	glances  Glances
	profiles Profiles
	cards    Cards
	identity Identity
	fields   Definitions
	limiter  api.Limiter
}

// Register adds the operations.
func Register(a *api.API, p Ports) {
	l := leaf{a, p.People, p.Glances, p.Profiles, p.Cards, p.Identity, p.Fields, p.Limiter}
	create := operation("create-customer", http.MethodPost, "/v1/customers", "Create a customer", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	create.Description = "A phone, e-mail or card that another customer of your scope has is a conflict (409) that names them; " +
		"repeat with allow_duplicate=true if it is somebody else all the same."
	api.Register(a, create, l.create)
	list := operation("list-customers", http.MethodGet, "/v1/customers", "List customers, or find one by phone, e-mail or card")
	list.Description = listing
	api.Register(a, list, l.list)
	api.Register(a, operation("read-customer", http.MethodGet, "/v1/customers/{id}", "Read a customer"), l.read)
	update := operation("update-customer", http.MethodPatch, "/v1/customers/{id}", "Amend a customer (merge patch, RFC 7396)", http.StatusConflict)
	api.Register(a, update, l.update)
	remove := operation("delete-customer", http.MethodDelete, "/v1/customers/{id}", "Delete a customer", http.StatusConflict)
	remove.DefaultStatus = http.StatusNoContent
	remove.Description = "The profile is hidden and its phone, e-mail and cards are free again. Orders stay in the figures. It can be undone for 30 days."
	api.Register(a, remove, l.remove)
	l.registerUndelete(a)
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
	p, err := l.stated(ctx, customer.Profile{}, in.Body)
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

	out := api.Promise(ctx, &created{Location: "/v1/customers/" + string(p.ID), ETag: api.ETag(string(p.Revision)), Body: shown(ctx, p)})
	for range attempts { // who loses a key to somebody else looks again, and then sees them or claims it
		if err = l.add(ctx, p, in.AllowDuplicate); crm.KindOf(err) != crm.Conflict {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// attempts bounds how often one call looks again after losing a race.
const attempts = 4

// add creates the customer with the keys that nobody holds. One that somebody
// in scope holds is a conflict unless duplicates are allowed; one held
// elsewhere is claimed, and nobody told.
func (l leaf) add(ctx context.Context, p customer.Profile, duplicate bool) error {
	keys := p.Keys()
	holders, err := l.profiles.Holders(ctx, keys, true)
	if err != nil {
		return err
	}
	if matches := l.seen(ctx, holders); len(matches) > 0 && !duplicate {
		return &api.Problem{Status: http.StatusConflict, Detail: "there is a customer with this phone, e-mail or card", Matches: matches}
	}
	var free []customer.Key
	for i, k := range keys {
		if holders[i] == "" {
			free = append(free, k)
		} else if err := l.profiles.Claim(ctx, k, p.ID); err != nil {
			return err
		}
	}
	return l.profiles.Create(ctx, p, free)
}

// stated is before, which is zero for a new customer, with what the caller
// states, normalised and held to the rules.
func (l leaf) stated(ctx context.Context, before customer.Profile, f Fields) (customer.Profile, error) {
	p, err := l.identity.Profile(f.profile(before))
	if err != nil {
		return p, err
	}
	if err := customer.CheckConsents(before.Consents, p.Consents, crm.AsOf(ctx)); err != nil {
		return p, err
	}
	if len(f.Custom) == 0 && before.ID != "" && len(before.CustomValues()) == 0 {
		return p, nil
	}
	fields, err := l.fields.CustomFields(ctx)
	if err != nil {
		return p, err
	}
	return fields.Take(p, f.Custom, before.ID == "")
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
	next, err := l.stated(ctx, before, fields)
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
