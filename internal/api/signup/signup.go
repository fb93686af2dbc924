// Package signup lets people make themselves known to a store: as JSON from an
// app, or on a page that a QR code in the shop opens.
//
// It is public, and whoever fills in the form may not be who they say. So it
// never changes a customer and never tells whether somebody is known: a phone
// or e-mail that somebody holds already makes a claim for a person to look at,
// and the answer is the same.
package signup

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Stores are where people sign up; NotFound where there is none.
type Stores interface {
	Store(ctx context.Context, id crm.StoreID) (crm.Store, error)
}

// Profiles keeps who signed up.
type Profiles interface {
	Holders(ctx context.Context, keys []customer.Key, strong bool) ([]crm.CustomerID, error)
	// Create is a Conflict where somebody holds a key.
	Create(ctx context.Context, p customer.Profile, locks []customer.Key) error
	// ClaimSignUp keeps, under a key that somebody holds, what was stated.
	ClaimSignUp(ctx context.Context, k customer.Key, stated customer.Profile) error
}

// Identity normalises what was typed, or says which field can't be used.
type Identity interface {
	Profile(p customer.Profile) (customer.Profile, error)
}

type leaf struct {
	stores   Stores
	profiles Profiles
	identity Identity
	limiter  api.Limiter
	most     int
}

// Register adds the operations, and returns the API with the page before it:
// a form that is sent in a browser is answered by a page. From one network
// address at most so many may sign up within an hour.
func Register(a *api.API, stores Stores, profiles Profiles, identity Identity, limiter api.Limiter, most int) http.Handler {
	l := leaf{stores, profiles, identity, limiter, most}
	op := huma.Operation{OperationID: "sign-up", Method: http.MethodPost, Path: path, Summary: "Sign up at a store", Tags: []string{"sign-up"},
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusTooManyRequests},
		Description: "Public. A phone or an e-mail address is needed. The answer does not tell whether somebody is known already. As a form in a browser the fields are the same, with marketing ticked or absent, and the answer is a page."}
	api.Register(a, op, l.signUp)
	return l.pages(a)
}

const path = "/v1/sign-up/{store}"

// Form is what people state about themselves.
type Form struct {
	Name      string `json:"name" minLength:"1" maxLength:"200" example:"张美"`
	Phone     string `json:"phone,omitempty" maxLength:"40" example:"138 1234 5678"`
	Email     string `json:"email,omitempty" maxLength:"254" example:"mei@example.com"`
	Birthday  string `json:"birthday,omitempty" maxLength:"10" doc:"1988-05-17, or --05-17 without the year." example:"--05-17"`
	Marketing bool   `json:"marketing,omitempty" doc:"Yes to offers and news by SMS and e-mail."`
}

// StorePath names the store. Exported, because huma fills no unexported struct that is embedded.
type StorePath struct {
	Store crm.StoreID `path:"store" pattern:"^[a-z0-9][a-z0-9-]{0,62}$" doc:"The store." example:"sh-001"`
}

type received struct {
	Body struct {
		Status string `json:"status" enum:"received" example:"received"`
	}
}

// source is where a profile and a consent of this package come from.
const source = "sign_up"

func (l leaf) signUp(ctx context.Context, in *struct {
	StorePath
	Body Form
}) (*received, error) {
	const op = "signup.signUp"
	if err := l.limiter.Take(ctx, "sign-up", crm.EventOf(ctx).Address, l.most); err != nil {
		return nil, err
	}
	if _, err := l.stores.Store(ctx, in.Store); err != nil {
		return nil, err
	}
	p, err := l.identity.Profile(in.Body.profile(ctx, in.Store))
	if err != nil {
		return nil, err
	}
	if p.Phone == "" && p.Email == "" {
		return nil, crm.Wrong(op, "phone", "a phone or an e-mail address is needed")
	}
	if err := l.keep(ctx, p); err != nil {
		return nil, err
	}
	out := &received{}
	out.Body.Status = "received"
	return out, nil
}

// attempts bounds how often one call looks again after losing a race.
const attempts = 4

// keep makes a customer of somebody whom nobody knows, and else a claim under
// each key that is held.
func (l leaf) keep(ctx context.Context, p customer.Profile) error {
	var err error
	for range attempts {
		var holders []crm.CustomerID
		if holders, err = l.profiles.Holders(ctx, p.Keys(), true); err != nil {
			return err
		}
		known := false
		for i, holder := range holders {
			if holder == "" {
				continue
			}
			known = true
			if err := l.profiles.ClaimSignUp(ctx, p.Keys()[i], p); err != nil {
				return err
			}
		}
		if known {
			return nil
		}
		if err = l.profiles.Create(ctx, p, p.Keys()); crm.KindOf(err) != crm.Conflict {
			return err
		}
	}
	return &crm.Error{Op: "signup.keep", Kind: crm.Unavailable, Err: err}
}

// profile is what the form states. A tick is a consent for each of the contact
// points that it speaks of and that are given, and for no other.
func (f Form) profile(ctx context.Context, store crm.StoreID) customer.Profile {
	at := crm.AsOf(ctx)
	p := customer.Profile{ID: crm.NewCustomerID(at), Kind: customer.Person, Name: f.Name, HomeStore: store, Source: source, CreatedAt: at,
		Private: customer.Private{Phone: f.Phone, Email: f.Email, Birthday: f.Birthday}}
	consent := customer.Consent{Purpose: customer.Marketing, State: customer.Granted, At: at, Source: source}
	if f.Marketing && f.Email != "" {
		consent.Channel = "email"
		p.Consents = append(p.Consents, consent)
	}
	if f.Marketing && f.Phone != "" {
		consent.Channel = "sms"
		p.Consents = append(p.Consents, consent)
	}
	return p.Edited(customer.Profile{}, at)
}
