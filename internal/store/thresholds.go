package store

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

func thresholdsKey() key { return key{pkThresholds, skWholeDocument} }

// ReadThresholds gives what figures must not cross: the default, with revision
// 0, before an admin has set anything.
func (s Settings) ReadThresholds(ctx context.Context) (crm.Versioned[figure.Thresholds], error) {
	v, err := fresh[figure.Thresholds](ctx, s, thresholdsKey(), "document")
	if crm.KindOf(err) == crm.NotFound {
		return crm.Versioned[figure.Thresholds]{Value: figure.DefaultThresholds()}, nil
	}
	return v, err
}

// Thresholds is ReadThresholds for those who only use them.
func (s Settings) Thresholds(ctx context.Context) (figure.Thresholds, error) {
	v, err := s.ReadThresholds(ctx)
	return v.Value, err
}

// PutThresholds is PutStaff's like.
func (s Settings) PutThresholds(ctx context.Context, v figure.Thresholds, rev int64) (int64, error) {
	return s.write(ctx, "put-thresholds", thresholdsKey(), v, rev, false)
}
