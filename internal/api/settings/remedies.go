package settings

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
)

// Remedies keeps the one document of what helps against each reason for which
// customers stay away; revision 0 while the default is in force.
type Remedies interface {
	ReadRemedies(ctx context.Context) (crm.Versioned[churn.Remedies], error)
	PutRemedies(ctx context.Context, v churn.Remedies, rev int64) (int64, error)
}

func (l leaf) registerRemedies(a *api.API, remedies Remedies) {
	document[churn.Remedies]{
		name: "churn-remedies", path: "/v1/churn-remedies", what: "what helps against each reason for which customers stay away",
		description: "The document replaces the one that stands, whole; effective within 60 seconds. It is shown with churn warnings and their follow-ups.",
		read: func(ctx context.Context) (crm.Versioned[churn.Remedies], error) {
			return remedies.ReadRemedies(ctx)
		},
		check: func(churn.Remedies, churn.Remedies) error { return nil }, // all its rules stand in the schema
		write: func(ctx context.Context, v churn.Remedies, rev int64) (int64, error) {
			return remedies.PutRemedies(ctx, v, rev)
		},
	}.register(l, a)
}
