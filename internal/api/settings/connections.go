package settings

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/webhook/intake"
)

// connection is a connection as callers see it: its secrets are never shown.
type connection struct {
	ID        crm.ConnectionID       `json:"id" example:"shopify-cn"`
	Platform  string                 `json:"platform" example:"shopify"`
	Shop      string                 `json:"shop,omitempty" example:"example.myshopify.com"`
	Secrets   int                    `json:"secrets" doc:"How many signing secrets pass at present." example:"1"`
	Store     crm.StoreID            `json:"store,omitempty" example:"sh-001"`
	Channel   crm.Channel            `json:"channel" example:"online"`
	Region    string                 `json:"region,omitempty" example:"CN"`
	Rates     []crm.DatedRate        `json:"rates,omitempty" nullable:"false"`
	Locations map[string]crm.StoreID `json:"locations,omitempty"`
	Active    bool                   `json:"active"`
}

type connectionBody struct {
	Platform  string                 `json:"platform" enum:"shopify,generic" example:"shopify"`
	Shop      string                 `json:"shop,omitempty" maxLength:"200" doc:"The platform's name of the shop; Shopify: its myshopify.com domain." example:"example.myshopify.com"`
	Secrets   []string               `json:"secrets,omitempty" nullable:"false" maxItems:"4" writeOnly:"true" doc:"Signing secrets, several while rotating. Left out, those that stand stay." example:"[\"hush-0123456789abcdef\"]"`
	Store     crm.StoreID            `json:"store,omitempty" maxLength:"63" doc:"Where its orders are booked." example:"sh-001"`
	Channel   crm.Channel            `json:"channel" enum:"online,pos" example:"online"`
	Region    string                 `json:"region,omitempty" maxLength:"2" doc:"ISO 3166 country of phones written without one." example:"CN"`
	Locations map[string]crm.StoreID `json:"locations,omitempty" doc:"Shopify: the stores of its locations (their numbers), where tills sell. Orders of other locations are booked in store."`
	Rates     []datedRate            `json:"rates,omitempty" nullable:"false" maxItems:"1000" doc:"For orders in other currencies than the deployment's."`
	Active    bool                   `json:"active" example:"true"`
}

type datedRate struct {
	Currency string   `json:"currency" pattern:"^[A-Z]{3}$" example:"USD"`
	From     crm.Date `json:"from" doc:"Valid from this date until the next entry for the currency."`
	Rate     string   `json:"rate" maxLength:"20" doc:"Base units for one unit of the currency, as a decimal." example:"7.2"`
}

// ConnectionPath names a connection. Exported, because huma fills no unexported struct that is embedded.
type ConnectionPath struct {
	ID crm.ConnectionID `path:"id" pattern:"^[a-z0-9][a-z0-9-]{0,62}$" doc:"Chosen by the retailer; part of the webhook's address." example:"shopify-cn"`
}

func (l leaf) registerConnections(a *api.API) {
	api.Register(a, operation("list-connections", http.MethodGet, "/v1/connections", "All connections"),
		func(ctx context.Context, _ *struct{}) (*list[connection], error) {
			all, err := l.settings.AllConnections(ctx)
			out := &list[connection]{}
			out.Body.Items = make([]connection, len(all))
			for i, v := range all {
				out.Body.Items[i] = shownConnection(v.Value)
			}
			return out, err
		})
	api.Register(a, operation("read-connection", http.MethodGet, "/v1/connections/{id}", "One connection"),
		func(ctx context.Context, in *ConnectionPath) (*found[connection], error) {
			v, err := l.settings.ReadConnection(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &found[connection]{ETag: api.ETag(revision(v.Rev)), Body: shownConnection(v.Value)}, nil
		})
	api.Register(a, operation("put-connection", http.MethodPut, "/v1/connections/{id}", "Connect or change a shop", http.StatusConflict),
		func(ctx context.Context, in *struct {
			ConnectionPath
			api.IfMatch
			Body connectionBody
		}) (*saved[connection], error) {
			stored, missing := l.settings.ReadConnection(ctx, in.ID)
			b := in.Body
			v := crm.Connection{ID: in.ID, Platform: b.Platform, Shop: b.Shop, Secrets: b.Secrets, Store: b.Store, Channel: b.Channel, Region: b.Region, Active: b.Active, Locations: b.Locations}
			for _, r := range b.Rates {
				v.Rates = append(v.Rates, crm.DatedRate(r))
			}
			if len(v.Secrets) == 0 {
				v.Secrets = stored.Value.Secrets
			}
			if err := intake.Validate(v, l.currency); err != nil {
				return nil, err
			}
			if err := l.storesExist(ctx, slices.Collect(maps.Values(v.Locations))); err != nil {
				return nil, crm.Wrong("settings.connection", "locations", "there is no such store")
			}
			if v.Store != "" {
				if err := l.storesExist(ctx, []crm.StoreID{v.Store}); err != nil {
					return nil, crm.Wrong("settings.connection", "store", "there is no such store")
				}
			}
			return put(ctx, l, in.IfMatch, stored, missing, shownConnection(v), func(rev int64) (int64, error) { return l.settings.PutConnection(ctx, v, rev) })
		})
}

func shownConnection(v crm.Connection) connection {
	return connection{ID: v.ID, Platform: v.Platform, Shop: v.Shop, Secrets: len(v.Secrets), Store: v.Store, Channel: v.Channel, Region: v.Region, Rates: v.Rates, Active: v.Active, Locations: v.Locations}
}
