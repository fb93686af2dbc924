package store

import (
	"context"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
)

func remediesKey() key { return key{pkRemedies, skWholeDocument} }

// ReadRemedies gives what helps against each reason for which customers stay
// away: the default, with revision 0, before an admin has set anything.
func (s Settings) ReadRemedies(ctx context.Context) (crm.Versioned[churn.Remedies], error) {
	v, err := fresh[churn.Remedies](ctx, s, remediesKey(), "document")
	if crm.KindOf(err) == crm.NotFound {
		return crm.Versioned[churn.Remedies]{Value: churn.DefaultRemedies()}, nil
	}
	return v, err
}

// Remedies is for those who only show them, and bear that they are a minute old.
func (s Settings) Remedies(ctx context.Context) (churn.Remedies, error) {
	v, err := read[churn.Remedies](ctx, s, remediesKey(), "document")
	if crm.KindOf(err) == crm.NotFound {
		return churn.DefaultRemedies(), nil
	}
	return v.Value, err
}

// PutRemedies is PutStaff's like.
func (s Settings) PutRemedies(ctx context.Context, v churn.Remedies, rev int64) (int64, error) {
	return s.write(ctx, "put-churn-remedies", remediesKey(), v, rev, false)
}
