package figures

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Alerts lists alerts, of one store or, without one, of all stores and of all
// together.
type Alerts interface {
	ListAlerts(ctx context.Context, store *crm.StoreID, open bool, limit int, after string) (page []figure.Alert, next string, err error)
}

func (l leaf) registerAlerts(a *api.API, alerts Alerts) {
	list := operation("list-alerts", "", "Thresholds that figures crossed", "Every night after the count each threshold is measured. An alarm of a store's NPS opens a corrective action.")
	list.Path, list.Method = "/v1/alerts", http.MethodGet
	api.Register(a, list, func(ctx context.Context, in *struct {
		OfStore
		api.Page
		State string `query:"state" enum:"open,closed" default:"open"`
	}) (*api.Listed[figure.Alert], error) {
		scope, err := l.scope(ctx, in.Store)
		if err != nil {
			return nil, err
		}
		return api.List(ctx, a, in.Page,
			func(limit int, after string) ([]figure.Alert, string, error) {
				return alerts.ListAlerts(ctx, scope, in.State == "open", limit, after)
			},
			func(a figure.Alert) (figure.Alert, error) { return a, nil })
	})
}
