package settings

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"guanxi/internal/api"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Models reads the purchase models that were fitted. Versions start at 1.
type Models interface {
	LastModel(ctx context.Context) (int, error)
	Active(ctx context.Context, fresh bool) (standing.Versions, error)
	ModelDocument(ctx context.Context, version int) ([]byte, error)
}

// modelView is a model with whether it is in force.
type modelView struct {
	Active bool `json:"active" doc:"In force: the last one that passed all gates."`
	clv.Model
}

type models struct{ kept Models }

func registerModels(a *api.API, kept Models) {
	m := models{kept}
	all := operation("list-models", http.MethodGet, "/v1/models", "The purchase models of the last year, the newest first")
	all.Description = "BG/NBD for how often customers buy, Gamma-Gamma for how much, with standard errors, the figures by which each was judged, and the gates that it did not pass. Fitted every week."
	api.Register(a, all, m.list)
	api.Register(a, operation("read-model", http.MethodGet, "/v1/models/{id}", "One purchase model"), m.read)
}

// listed bounds the list: a model is fitted every week.
const listed = 53

func (m models) list(ctx context.Context, _ *struct{}) (*list[modelView], error) {
	active, err := m.kept.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	last, err := m.kept.LastModel(ctx)
	if err != nil {
		return nil, err
	}
	out := &list[modelView]{}
	out.Body.Items = []modelView{}
	for version := last; version > max(0, last-listed); version-- {
		view, err := m.view(ctx, version, active.Model)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, view)
	}
	return out, nil
}

func (m models) read(ctx context.Context, in *struct {
	ID string `path:"id" pattern:"^(active|[1-9][0-9]{0,6})$" doc:"A version, or active." example:"active"`
}) (*found[modelView], error) {
	active, err := m.kept.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	version := active.Model
	if in.ID != "active" {
		version, _ = strconv.Atoi(in.ID) // the pattern lets only numbers pass
	}
	if version == 0 {
		return nil, crm.Fail("settings.model", crm.NotFound, "no model is in force yet")
	}
	view, err := m.view(ctx, version, active.Model)
	return &found[modelView]{ETag: api.ETag(strconv.Itoa(version)), Body: view}, err
}

func (m models) view(ctx context.Context, version, active int) (v modelView, err error) {
	document, err := m.kept.ModelDocument(ctx, version)
	if err != nil {
		return v, err
	}
	v.Active = version == active
	if err := json.Unmarshal(document, &v.Model); err != nil {
		return v, &crm.Error{Op: "settings.model", Err: err}
	}
	return v, nil
}
