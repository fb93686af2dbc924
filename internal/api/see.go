package api

import (
	"context"
	"slices"

	"guanxi/internal/crm"
)

// People says who may see a customer: the staff of the stores where they are at
// home, bought or checked in, and their owner. NotFound where there is none.
type People interface {
	Reach(ctx context.Context, id crm.CustomerID) (stores []crm.StoreID, owner crm.Subject, err error)
}

// See is nil when the caller's scope holds the customer. A customer outside of
// it and one who does not exist look the same: NotFound.
func See(ctx context.Context, people People, id crm.CustomerID) error {
	stores, owner, err := people.Reach(ctx, id)
	if err != nil {
		return err
	}
	if !CallerOf(ctx).Sees(stores, owner) {
		return crm.Fail("api.See", crm.NotFound, "there is no such customer")
	}
	return nil
}

// StoreReader reads all stores.
type StoreReader interface {
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
}

// ScopeOf are the stores about which the caller may read, ascending; "" stands
// for what belongs to none. Where the caller asks for only one, it is that one,
// or nothing: a store outside the scope looks like one in which nothing is.
func ScopeOf(ctx context.Context, stores StoreReader, only crm.StoreID) ([]crm.StoreID, error) {
	caller := CallerOf(ctx)
	scope := slices.Clone(caller.Stores)
	if caller.Scope == All {
		all, err := stores.AllStores(ctx)
		if err != nil {
			return nil, err
		}
		scope = []crm.StoreID{""}
		for _, s := range all {
			scope = append(scope, s.Value.ID)
		}
	}
	slices.Sort(scope)
	if only == "" {
		return scope, nil
	}
	if !slices.Contains(scope, only) {
		return nil, nil
	}
	return []crm.StoreID{only}, nil
}

// CustomerPath is the path of everything about one customer.
type CustomerPath struct {
	ID crm.CustomerID `path:"id" maxLength:"64" doc:"The customer." example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

// SeesContacts tells whether the role needs phones, e-mails and birthdays to do
// its work; others see them masked.
func (r Role) SeesContacts() bool {
	switch r {
	case Admin, Manager, Sales, Service, Store:
		return true
	}
	return false
}
