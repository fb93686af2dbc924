package settings

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Thresholds keeps the one document of what figures must not cross; revision 0
// while the default is in force.
type Thresholds interface {
	ReadThresholds(ctx context.Context) (crm.Versioned[figure.Thresholds], error)
	PutThresholds(ctx context.Context, v figure.Thresholds, rev int64) (int64, error)
}

func (l leaf) registerThresholds(a *api.API, thresholds Thresholds) {
	api.Register(a, operation("read-thresholds", http.MethodGet, "/v1/thresholds", "What figures must not cross"),
		func(ctx context.Context, _ *struct{}) (*found[figure.Thresholds], error) {
			v, err := thresholds.ReadThresholds(ctx)
			return &found[figure.Thresholds]{ETag: api.ETag(revision(v.Rev)), Body: v.Value}, err
		})
	put := operation("put-thresholds", http.MethodPut, "/v1/thresholds", "Set what figures must not cross", http.StatusConflict)
	put.Description = "The document replaces the one that stands, whole. Figures are measured every night after the count; an alert that is open when its threshold goes stays as it is."
	api.Register(a, put, func(ctx context.Context, in *struct {
		api.IfMatch
		Body figure.Thresholds
	}) (*found[figure.Thresholds], error) {
		stored, err := thresholds.ReadThresholds(ctx)
		if err != nil {
			return nil, err
		}
		if err := in.Expect(revision(stored.Rev)); err != nil {
			return nil, err
		}
		if wrong := in.Body.Validate(); len(wrong) > 0 {
			return nil, &crm.Error{Op: "settings.thresholds", Kind: crm.Invalid, Detail: "the thresholds break a rule", Fields: wrong}
		}
		if err := l.keys.MakeKeys(ctx); err != nil {
			return nil, err
		}
		rev, err := thresholds.PutThresholds(ctx, in.Body, stored.Rev)
		return &found[figure.Thresholds]{ETag: api.ETag(revision(rev)), Body: in.Body}, err
	})
}
