package customers

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// SeveralDecisions reads the standing decisions of several customers; who has
// none has no entry.
type SeveralDecisions interface {
	Several(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]standing.Record, error)
}

// newcomers are those who bought on one date. They are found by the orders of
// the dates that are asked for, and known by card and decision: nothing is
// written for the list.
type newcomers struct {
	api       *api.API
	orders    Orders
	cards     StoreCards
	decisions SeveralDecisions
	zone      *time.Location
	currency  string
}

// RegisterSecondPurchase adds the list of those who may buy for the second time.
// Zone and currency are the deployment's.
func RegisterSecondPurchase(a *api.API, orders Orders, cards StoreCards, decisions SeveralDecisions, zone *time.Location, currency string) {
	l := newcomers{a, orders, cards, decisions, zone, currency}
	op := operation("list-second-purchase", http.MethodGet, "/v1/stores/{id}/second-purchase", "Who bought in a store for the first time and has not come back yet")
	op.Description = "The newest first purchase first, since with every week fewer of them come back; those of one date by what they spent. " +
		"A request looks at about 100 dates: a page may be short, even empty, and still have a next_cursor. " +
		"Who was deleted, or whose purchase was given back, is not among them. A store outside your scope looks like one where nobody bought."
	api.Register(a, op, l.list)
}

// Newcomer is a customer who bought on one date.
type Newcomer struct {
	Entry
	First crm.Date  `json:"first_purchase" format:"date" example:"2026-11-02"`
	Days  int       `json:"days_since" doc:"From the first purchase until today." example:"18"`
	Spent crm.Money `json:"spent" doc:"On that date, net of refunds."`
}

func (l newcomers) list(ctx context.Context, in *struct {
	api.Page
	Store crm.StoreID `path:"id" maxLength:"128" example:"sh-001"`
	Owner crm.Subject `query:"owner" maxLength:"128" doc:"Only of whom they look after: me, or a member of staff." example:"me"`
	From  int         `query:"from_days" minimum:"0" maximum:"365" default:"7" doc:"At least so many days since the first purchase."`
	To    int         `query:"to_days" minimum:"0" maximum:"365" default:"90" doc:"At most so many."`
}) (*api.Listed[Newcomer], error) {
	if in.To < in.From {
		return nil, crm.Wrong("customers.newcomers", "query.to_days", "must not be less than from_days")
	}
	caller := api.CallerOf(ctx)
	if in.Owner == "me" {
		in.Owner = caller.Subject
	}
	today := crm.DateIn(crm.AsOf(ctx), l.zone)
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]Newcomer, string, error) {
			if caller.Scope != api.All && !slices.Contains(caller.Stores, in.Store) {
				return nil, "", nil
			}
			return l.page(ctx, in.Store, in.Owner, today, today-crm.Date(in.From), today-crm.Date(in.To), limit, after)
		},
		func(n Newcomer) (Newcomer, error) { return n, nil })
}

// mostDates is how many dates one request looks at.
const mostDates = 100

// page walks back from the newest date to the oldest. A cursor is the last one
// who was on a page, or a date to go on before.
func (l newcomers) page(ctx context.Context, store crm.StoreID, owner crm.Subject, today, newest, oldest crm.Date, limit int, after string) (page []Newcomer, next string, err error) {
	place, _, _ := strings.Cut(after, "\n")
	if after != "" {
		if newest, err = crm.ParseDate(place); err != nil {
			return nil, "", &crm.Error{Op: "customers.newcomers", Err: err}
		}
	}
	for on := newest; on >= oldest; on-- {
		if newest-on == mostDates {
			return page, on.String(), nil
		}
		day, err := l.day(ctx, store, owner, on)
		if err != nil {
			return nil, "", err
		}
		for _, n := range day {
			if on == newest && n.place() <= after {
				continue
			}
			if len(page) == limit {
				return page, page[limit-1].place(), nil
			}
			n.Days = int(today - n.First)
			page = append(page, n)
		}
	}
	return page, "", nil
}

// place sorts those of one date: who spent most first.
func (n Newcomer) place() string {
	return fmt.Sprintf("%s\n%019d\n%s", n.First, largest-n.Spent.Minor, n.ID)
}

const largest = 1<<63 - 1

// day are those who bought for the first time on a date, and not since.
func (l newcomers) day(ctx context.Context, store crm.StoreID, owner crm.Subject, on crm.Date) (day []Newcomer, err error) {
	var ids []crm.CustomerID
	for after, more := "", true; more; more = after != "" {
		var orders []crm.Order
		if orders, after, err = l.orders.OrdersOn(ctx, store, on, 100, after); err != nil {
			return nil, err
		}
		for _, o := range orders {
			if o.Customer != "" && o.State.Counts() {
				ids = append(ids, o.Customer)
			}
		}
	}
	cards, err := l.cards.In(ctx, store, ids)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id crm.CustomerID) bool { return !wanted(cards[id], owner) })
	records, err := l.decisions.Several(ctx, ids)
	if err != nil {
		return nil, err
	}
	for id, r := range records {
		known, err := r.Measures.Insight.Unpack()
		if err != nil {
			return nil, &crm.Error{Op: "customers.newcomers", Err: err}
		}
		if known.First == on && known.Second == 0 {
			day = append(day, Newcomer{Entry: shownCard(cards[id]), First: on, Spent: crm.Money{Minor: known.FirstNet, Currency: l.currency}})
		}
	}
	slices.SortFunc(day, func(a, b Newcomer) int { return cmp.Compare(a.place(), b.place()) })
	return day, nil
}

func wanted(c card.Card, owner crm.Subject) bool {
	return c.Need == tier.New && (owner == "" || c.Owner == owner)
}
