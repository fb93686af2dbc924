package settings

import (
	"context"

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
	document[figure.Thresholds]{
		name: "thresholds", path: "/v1/thresholds", what: "what figures must not cross",
		description: "The document replaces the one that stands, whole. Figures are measured every night after the count; an alert that is open when its threshold goes stays as it is.",
		read: func(ctx context.Context) (crm.Versioned[figure.Thresholds], error) {
			return thresholds.ReadThresholds(ctx)
		},
		check: func(next, _ figure.Thresholds) error {
			if wrong := next.Validate(); len(wrong) > 0 {
				return &crm.Error{Op: "settings.thresholds", Kind: crm.Invalid, Detail: "the thresholds break a rule", Fields: wrong}
			}
			return nil
		},
		write: func(ctx context.Context, v figure.Thresholds, rev int64) (int64, error) {
			return thresholds.PutThresholds(ctx, v, rev)
		},
	}.register(l, a)
}
