package settings

import (
	"context"
	"net/http"

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
	api.Register(a, operation("read-churn-remedies", http.MethodGet, "/v1/churn-remedies", "What helps against each reason for which customers stay away"),
		func(ctx context.Context, _ *struct{}) (*found[churn.Remedies], error) {
			v, err := remedies.ReadRemedies(ctx)
			return &found[churn.Remedies]{ETag: api.ETag(revision(v.Rev)), Body: v.Value}, err
		})
	put := operation("put-churn-remedies", http.MethodPut, "/v1/churn-remedies", "Set what helps against each reason for which customers stay away", http.StatusConflict)
	put.Description = "The document replaces the one that stands, whole; effective within 60 seconds. It is shown with churn warnings and their follow-ups."
	api.Register(a, put, func(ctx context.Context, in *struct {
		api.IfMatch
		Body churn.Remedies
	}) (*found[churn.Remedies], error) {
		stored, err := remedies.ReadRemedies(ctx)
		if err != nil {
			return nil, err
		}
		if err := in.Expect(revision(stored.Rev)); err != nil {
			return nil, err
		}
		if err := l.keys.MakeKeys(ctx); err != nil {
			return nil, err
		}
		rev, err := remedies.PutRemedies(ctx, in.Body, stored.Rev)
		return &found[churn.Remedies]{ETag: api.ETag(revision(rev)), Body: in.Body}, err
	})
}
