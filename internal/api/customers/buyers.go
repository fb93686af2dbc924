package customers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/card"
	"guanxi/internal/crm"
)

// Orders lists what was ordered in a store on a day, the newest first.
type Orders interface {
	OrdersOn(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error)
}

// StoreCards reads the cards of some customers in a store; who has none there
// has no entry.
type StoreCards interface {
	In(ctx context.Context, store crm.StoreID, ids []crm.CustomerID) (map[crm.CustomerID]card.Card, error)
}

type buyers struct {
	orders Orders
	cards  StoreCards
	zone   *time.Location
}

// RegisterBuyers adds the most recent buyers of a store. Zone is the deployment's.
func RegisterBuyers(a *api.API, orders Orders, cards StoreCards, zone *time.Location) {
	l := buyers{orders, cards, zone}
	op := operation("list-buyers", http.MethodGet, "/v1/stores/{id}/buyers", "A store's most recent buyers, the newest first")
	op.Description = "Each customer once, with their last order there; of the last 90 days. Who was deleted is not among them, " +
		"and who bought for the first time is within seconds. A store outside your scope looks like one where nobody bought."
	api.Register(a, op, l.list)
}

// buyersWithin is how many days an answer looks back at most, today included.
const buyersWithin = 90

// Buyer is a customer by their last order in a store.
type Buyer struct {
	Entry
	BoughtAt time.Time `json:"bought_at"`
	Order    string    `json:"order" example:"mall~1001"`
}

func (l buyers) list(ctx context.Context, in *struct {
	Store crm.StoreID `path:"id" maxLength:"128" example:"sh-001"`
	Limit int         `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"The most customers to return."`
}) (*api.Listed[Buyer], error) {
	out := &api.Listed[Buyer]{}
	out.Body.Items = []Buyer{}
	caller := api.CallerOf(ctx)
	if caller.Scope != api.All && !slices.Contains(caller.Stores, in.Store) {
		return out, nil
	}
	orders, err := l.newest(ctx, in.Store, in.Limit)
	if err != nil {
		return nil, err
	}
	ids := make([]crm.CustomerID, len(orders))
	for i, o := range orders {
		ids[i] = o.Customer
	}
	cards, err := l.cards.In(ctx, in.Store, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if c, there := cards[o.Customer]; there {
			out.Body.Items = append(out.Body.Items, Buyer{shownCard(c), o.PlacedAt, string(o.Key.Connection) + "~" + o.Key.ID})
		}
	}
	return out, nil
}

// newest walks back day by day to the last order of each customer.
func (l buyers) newest(ctx context.Context, store crm.StoreID, limit int) (last []crm.Order, err error) {
	today, seen := crm.DateIn(crm.AsOf(ctx), l.zone), map[crm.CustomerID]bool{"": true}
	for on := today; on > today-buyersWithin; on-- {
		for after, more := "", true; more; more = after != "" {
			var page []crm.Order
			if page, after, err = l.orders.OrdersOn(ctx, store, on, limit, after); err != nil {
				return nil, err
			}
			for _, o := range page {
				if seen[o.Customer] || !o.State.Counts() {
					continue
				}
				seen[o.Customer] = true
				if last = append(last, o); len(last) == limit {
					return last, nil
				}
			}
		}
	}
	return last, nil
}
