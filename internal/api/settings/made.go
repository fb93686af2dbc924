package settings

import (
	"context"
	"encoding/json"
	"strconv"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Made reads what schedules make of the whole base, in versions from 1 on, and
// which of them are in force.
type Made interface {
	Active(ctx context.Context, fresh bool) (standing.Versions, error)
	LastModel(ctx context.Context) (int, error)
	ModelDocument(ctx context.Context, version int) ([]byte, error)
	LastCuts(ctx context.Context) (int, error)
	CutsDocument(ctx context.Context, version int) ([]byte, error)
}

// made is one kind of them; V is how a version is shown.
type made[V any] struct {
	kept     Made
	noun     string
	listed   int // bounds the list
	last     func(Made, context.Context) (int, error)
	document func(Made, context.Context, int) ([]byte, error)
	inForce  func(standing.Versions) int
	show     func(document []byte, active bool) (V, error)
}

func (m made[V]) list(ctx context.Context, _ *struct{}) (*list[V], error) {
	versions, err := m.kept.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	last, err := m.last(m.kept, ctx)
	if err != nil {
		return nil, err
	}
	out := &list[V]{}
	out.Body.Items = []V{}
	for version := last; version > max(0, last-m.listed); version-- {
		view, err := m.view(ctx, version, m.inForce(versions))
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, view)
	}
	return out, nil
}

// versionOf names one of them.
type versionOf struct {
	ID string `path:"id" pattern:"^(active|[1-9][0-9]{0,6})$" doc:"A version, or active." example:"active"`
}

func (m made[V]) read(ctx context.Context, in *versionOf) (*found[V], error) {
	versions, err := m.kept.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	version := m.inForce(versions)
	if in.ID != "active" {
		version, _ = strconv.Atoi(in.ID) // the pattern lets only numbers pass
	}
	if version == 0 {
		return nil, crm.Fail("settings.made", crm.NotFound, "no %s is in force yet", m.noun)
	}
	view, err := m.view(ctx, version, m.inForce(versions))
	return &found[V]{ETag: api.ETag(strconv.Itoa(version)), Body: view}, err
}

func (m made[V]) view(ctx context.Context, version, active int) (v V, err error) {
	document, err := m.document(m.kept, ctx, version)
	if err != nil {
		return v, err
	}
	if v, err = m.show(document, version == active); err != nil {
		return v, &crm.Error{Op: "settings.made", Err: err}
	}
	return v, nil
}

// decoded reads a document.
func decoded[D any](document []byte) (d D, err error) {
	err = json.Unmarshal(document, &d)
	return d, err
}
