// Package settings is the admins' API: staff, stores, connections, policies with
// their drafts, the retailer's own fields of a customer, and what is made of the
// whole base, purchase models and RFM quintiles, which nobody sets but everybody
// may look at.
package settings

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// Settings keeps what admins set. A put names the revision that it replaces, 0
// for what must not exist yet, and returns the new one; Conflict otherwise.
type Settings interface {
	ReadStaff(ctx context.Context, subject crm.Subject) (crm.Versioned[crm.Staff], error)
	AllStaff(ctx context.Context) ([]crm.Versioned[crm.Staff], error)
	PutStaff(ctx context.Context, v crm.Staff, rev int64) (int64, error)

	ReadStore(ctx context.Context, id crm.StoreID) (crm.Versioned[crm.Store], error)
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
	PutStore(ctx context.Context, v crm.Store, rev int64) (int64, error)

	ReadConnection(ctx context.Context, id crm.ConnectionID) (crm.Versioned[crm.Connection], error)
	AllConnections(ctx context.Context) ([]crm.Versioned[crm.Connection], error)
	PutConnection(ctx context.Context, v crm.Connection, rev int64) (int64, error)
}

// Keys makes the deployment's keys with its first setting, so that the
// functions that only use keys find them.
type Keys interface {
	MakeKeys(ctx context.Context) error
}

// Ports are what the operations work with.
type Ports struct {
	Settings   Settings
	Policies   Policies
	Progress   Progress
	Drafts     Drafts
	WhatIfs    WhatIfs
	Fields     CustomFields
	Thresholds Thresholds
	Remedies   Remedies
	Made       Made
	Keys       Keys
	Currency   string // the deployment's base currency
	Zone       *time.Location
}

// leaf is what all operations of this package share.
type leaf struct {
	settings Settings
	policies Policies
	keys     Keys
	currency string
	zone     *time.Location
}

// Register adds the operations.
func Register(a *api.API, p Ports) {
	l := leaf{p.Settings, p.Policies, p.Keys, p.Currency, p.Zone}
	l.registerStaff(a)
	l.registerStores(a)
	l.registerSignUpQR(a)
	l.registerConnections(a)
	l.registerPolicies(a)
	l.registerProgress(a, p.Progress)
	d := drafts{l, p.Drafts, p.WhatIfs}
	d.register(a)
	d.registerWhatIfs(a)
	l.registerCustomFields(a, p.Fields)
	l.registerThresholds(a, p.Thresholds)
	l.registerRemedies(a, p.Remedies)
	registerModels(a, p.Made)
	registerCuts(a, p.Made)
}

// list is the answer of the lists here: settings are few, so they are not paged.
type list[T any] struct {
	Body struct {
		Items []T `json:"items" nullable:"false"`
	}
}

// saved is the answer to a put: 201 when it made something new.
type saved[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   T
}

// found is the answer to a read.
type found[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// put writes v under the precondition that the header states: what exists is
// replaced only with the ETag of what was read, what is new needs none.
func put[T, S any](ctx context.Context, l leaf, match api.IfMatch, stored crm.Versioned[S], missing error, body T, write func(rev int64) (int64, error)) (*saved[T], error) {
	status := http.StatusOK
	switch {
	case missing == nil:
		if err := match.Expect(revision(stored.Rev)); err != nil {
			return nil, err
		}
	case crm.KindOf(missing) != crm.NotFound:
		return nil, missing
	case match.IfMatch != "":
		return nil, crm.Fail("settings.put", crm.Stale, "there is nothing yet that could match")
	default:
		status = http.StatusCreated
	}
	if err := l.keys.MakeKeys(ctx); err != nil {
		return nil, err
	}
	rev, err := write(stored.Rev)
	if err != nil {
		return nil, err
	}
	return &saved[T]{Status: status, ETag: api.ETag(revision(rev)), Body: body}, nil
}

// operation describes one operation under /v1.
func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"settings"}, Errors: responses}
}
