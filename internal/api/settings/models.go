package settings

import (
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/clv"
	"guanxi/internal/standing"
)

// modelView is a model with whether it is in force.
type modelView struct {
	Active bool `json:"active" doc:"In force: the last one that passed all gates."`
	clv.Model
}

func registerModels(a *api.API, kept Made) {
	m := made[modelView]{
		kept:     kept,
		noun:     "model",
		listed:   53, // a year of weeks
		last:     Made.LastModel,
		document: Made.ModelDocument,
		inForce:  func(v standing.Versions) int { return v.Model },
		show: func(document []byte, active bool) (modelView, error) {
			model, err := decoded[clv.Model](document)
			return modelView{active, model}, err
		},
	}
	all := operation("list-models", http.MethodGet, "/v1/models", "The purchase models of the last year, the newest first")
	all.Description = "BG/NBD for how often customers buy, Gamma-Gamma for how much, with standard errors, the figures by which each was judged, and the gates that it did not pass. Fitted every week."
	api.Register(a, all, m.list)
	api.Register(a, operation("read-model", http.MethodGet, "/v1/models/{id}", "One purchase model"), m.read)
}
