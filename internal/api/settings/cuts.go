package settings

import (
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/rfm"
	"guanxi/internal/standing"
)

// cutsView is a month's cuts with whether they are in force.
type cutsView struct {
	Active bool `json:"active" doc:"In force: the last ones that were cut while the policy scored by quintiles."`
	rfm.Frozen
}

func registerCuts(a *api.API, kept Made) {
	m := made[cutsView]{
		kept:     kept,
		noun:     "set of cuts",
		listed:   13, // a year of months
		last:     Made.LastCuts,
		document: Made.CutsDocument,
		inForce:  func(v standing.Versions) int { return v.Cuts },
		show: func(document []byte, active bool) (cutsView, error) {
			cuts, err := decoded[rfm.Frozen](document)
			return cutsView{active, cuts}, err
		},
	}
	all := operation("list-cuts", http.MethodGet, "/v1/cuts", "The RFM quintiles of the last year, the newest first")
	all.Description = "Where the buyers of the base part into fifths by recency and by money. Cut every month and kept; policies whose rfm.mode is quintiles score by those in force."
	api.Register(a, all, m.list)
	api.Register(a, operation("read-cuts", http.MethodGet, "/v1/cuts/{id}", "The RFM quintiles of one month"), m.read)
}
