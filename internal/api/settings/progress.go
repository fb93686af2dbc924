package settings

import (
	"context"
	"net/http"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/decision"
)

// Progress is how far versions of the policy have come.
type Progress interface {
	Progress(ctx context.Context, of decision.Release) (decision.Progress, error)
}

// progressView is the progress of a version as callers see it.
type progressView struct {
	Policy    int       `json:"policy" example:"2"`
	State     string    `json:"state" enum:"first,waiting,running,done,replaced" doc:"first: the program came with it. waiting: everybody is looked through two minutes after the activation. replaced: by a newer version, which goes on."`
	Customers int       `json:"customers" doc:"As far as they were counted."`
	Decided   int       `json:"decided" doc:"Of them, by this version or a newer one."`
	Segments  int       `json:"segments" doc:"Into how many parts the base is cut."`
	Counted   int       `json:"segments_counted"`
	Since     time.Time `json:"since,omitzero"`
	CountedAt time.Time `json:"counted_at,omitzero" doc:"The last look. Looks come ever more rarely: after 1, 2, 4 … minutes, at most an hour."`
}

type foundProgress struct{ Body progressView }

func (l leaf) registerProgress(a *api.API, progress Progress) {
	op := operation("read-policy-progress", http.MethodGet, "/v1/policies/{id}/progress", "How many customers are decided by a version of the policy")
	api.Register(a, op, func(ctx context.Context, in *PolicyPath) (*foundProgress, error) {
		version, active, err := l.version(ctx, in)
		if err != nil {
			return nil, err
		}
		p, err := progress.Progress(ctx, decision.Release{Kind: decision.OfPolicy, Version: version})
		if err != nil {
			return nil, err
		}
		return &foundProgress{shownProgress(version, active, p)}, nil
	})
}

func shownProgress(version, active int, p decision.Progress) progressView {
	whole, counted := p.Sum()
	v := progressView{Policy: version, Customers: whole.Customers, Decided: whole.Decided, Segments: len(p.Parts), Counted: counted, Since: p.Since, CountedAt: whole.At}
	switch {
	case p.Done():
		v.State = "done"
	case version < active:
		v.State = "replaced"
	case version == 1:
		v.State = "first"
	case p.Since.IsZero():
		v.State = "waiting"
	default:
		v.State = "running"
	}
	return v
}
