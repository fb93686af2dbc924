// Package figures is the API of how the business does: what was sold, who the
// customers are and where they move, whether they come back, what they think.
// Every figure is of one store or, for those who may see all, of all together;
// it comes with its number of cases, and without a case it has no value.
package figures

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Figures reads what was added up and counted. Sums and Answers are of one store
// or, where every is set, of all; Count is of one store or, without one, of all.
type Figures interface {
	Sums(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, figure.Sums)) error
	Answers(ctx context.Context, store crm.StoreID, every bool, from, to crm.Date, each func(figure.StoreDay, []figure.Answer)) error
	Count(ctx context.Context, store *crm.StoreID, on crm.Date) (count figure.Count, night crm.Date, found bool, err error)
}

// Stores knows the stores of the deployment.
type Stores interface {
	Store(ctx context.Context, id crm.StoreID) (crm.Store, error)
}

type leaf struct {
	figures Figures
	stores  Stores
	zone    *time.Location
}

// Register adds the operations. Zone is the deployment's.
func Register(a *api.API, figures Figures, alerts Alerts, stores Stores, zone *time.Location) {
	l := leaf{figures, stores, zone}
	l.registerAlerts(a, alerts)
	const nightly = "As of the last nightly count up to the date. Absent counted_on: there was none yet."
	api.Register(a, operation("read-sums", "sums", "What was sold, and how much of it online", "An order counts on its own local date, less all its refunds. New orders are in it within 20 minutes."), l.sums)
	api.Register(a, operation("read-nps", "nps", "What customers answered: NPS, CSAT or CES", "Each customer's latest answer in the window counts: of those about the store, or of all. New answers are in it within 20 minutes."), l.nps)
	api.Register(a, operation("read-mix", "mix", "How many customers each level, tier and status has", "As of the last nightly count up to the date, or, for the last date of one of the 13 months before that count, as of then."), l.mix)
	api.Register(a, operation("read-migration", "migration", "Where the customers of each class went between two dates", nightly), l.migration)
	api.Register(a, operation("read-repurchase", "repurchase", "How many buyers of a window bought on at least two dates of it", nightly), l.repurchase)
	api.Register(a, operation("read-second-purchase", "second-purchase", "How many bought again within 90 and 365 days, by the month of their first purchase", nightly), l.secondPurchase)
	api.Register(a, operation("read-churn-rate", "churn", "How many customers were lost in each month or quarter, by tier and by reason", nightly), l.churn)
	api.Register(a, operation("read-warning-ends", "warning-ends", "How the churn warnings of each month or quarter ended, and why customers stayed away", nightly), l.warningEnds)
	api.Register(a, operation("read-top-share", "top-share", "What share of the last 365 days' revenue the customers brought who spent most", nightly), l.topShare)
	api.Register(a, operation("read-segment-figures", "segments", "How many are in each segment, what they spent, and their NPS", nightly+" Roles that see no contact data are not told of segments with fewer than ten members."), l.segments)
}

func operation(id, name, summary, description string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/v1/figures/" + name, Summary: summary, Description: description,
		Tags: []string{"figures"}, Errors: []int{http.StatusNotFound}}
}

// OfStore says whose figure it is; every input embeds it.
type OfStore struct {
	Store crm.StoreID `query:"store" maxLength:"128" doc:"Of this store. Absent: of all together, for callers who see all; callers of several stores name one." example:"sh-001"`
}

// scope is the store whose figure the caller may see, nil for all together. A
// store outside of the caller's scope and one that does not exist look the same.
func (l leaf) scope(ctx context.Context, store crm.StoreID) (*crm.StoreID, error) {
	const op = "figures.scope"
	caller := api.CallerOf(ctx)
	if caller.Scope == api.All && store == "" {
		return nil, nil
	}
	if caller.Scope == api.Stores && store == "" {
		if len(caller.Stores) != 1 {
			return nil, crm.Wrong(op, "query.store", "must name one of your stores")
		}
		return &caller.Stores[0], nil
	}
	_, err := l.stores.Store(ctx, store)
	if err == nil && !caller.Sees([]crm.StoreID{store}, "") {
		err = crm.Fail(op, crm.NotFound, "there is no such store")
	}
	return &store, err
}

// today is the local date of the request.
func (l leaf) today(ctx context.Context) crm.Date { return crm.DateIn(crm.AsOf(ctx), l.zone) }

// everyDay tells what Sums and Answers want of a scope.
func everyDay(scope *crm.StoreID) (store crm.StoreID, every bool) {
	if scope == nil {
		return "", true
	}
	return *scope, false
}
