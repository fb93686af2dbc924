package settings

import (
	"context"
	"net/http"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
	"guanxi/internal/whatif"
)

// WhatIfs keeps trials of drafts. Asking for one wakes who works it.
type WhatIfs interface {
	Ask(ctx context.Context, r whatif.Run) error
	Run(ctx context.Context, draft, id string) (whatif.State, error)
}

// whatIfView is a trial as callers see it.
type whatIfView struct {
	ID         string         `json:"id" example:"wif_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Draft      string         `json:"draft" example:"drf_0190163d8694739b9c5f1e2d3a4b5c6d"`
	DraftETag  string         `json:"draft_etag" doc:"Of the draft as it was tried; what was amended since has another." example:"\"1\""`
	Against    int            `json:"against" doc:"The version of the policy that it is compared with."`
	AsOf       crm.Date       `json:"as_of" example:"2026-03-31"`
	By         crm.Subject    `json:"asked_by" example:"u-hu"`
	AskedAt    time.Time      `json:"asked_at"`
	State      string         `json:"state" enum:"waiting,running,done"`
	Segments   int            `json:"segments,omitempty" doc:"Into how many parts the base is cut."`
	Done       int            `json:"segments_done"`
	FinishedAt time.Time      `json:"finished_at,omitzero"`
	Outcome    *whatIfOutcome `json:"outcome,omitempty" doc:"When it is done."`
}

// whatIfOutcome is what the draft would do.
type whatIfOutcome struct {
	Customers int            `json:"customers"`
	Changed   int            `json:"changed" doc:"Customers about whom any answer would be another."`
	Levels    []flowView     `json:"levels" nullable:"false" doc:"From which level to which; cells without customers are left out."`
	Tiers     []flowView     `json:"tiers" nullable:"false"`
	Churn     []flowView     `json:"churn" nullable:"false" doc:"Who is, and who would be, warned about."`
	Was       crm.Money      `json:"lifetime_value_was" doc:"Of all customers together, by the policy in force."`
	Is        crm.Money      `json:"lifetime_value_is" doc:"By the draft."`
	Most      []affectedView `json:"most_affected" nullable:"false" doc:"At most fifty: those about whom an answer would be another first, then by the change of their lifetime value, then by spend. Only admins see everybody; for others the list is empty."`
	Cost      whatIfCost     `json:"cost"`
}

type flowView struct {
	Was       string    `json:"was" example:"silver"`
	Is        string    `json:"is" example:"gold"`
	Customers int       `json:"customers"`
	Spend     crm.Money `json:"spend" doc:"Net, of the window that counts for the level by the policy in force."`
}

type affectedView struct {
	Customer crm.CustomerID `json:"customer"`
	Spend    crm.Money      `json:"spend"`
	Was      answers        `json:"was"`
	Is       answers        `json:"is"`
	Why      []whatif.Turn  `json:"why" nullable:"false" doc:"Each answer that would be another, with the reasons of both."`
}

type answers struct {
	Level  string          `json:"level"`
	Tier   string          `json:"tier"`
	Status string          `json:"status"`
	RFM    standing.Scores `json:"rfm"`
	Warned crm.Date        `json:"warned_since,omitempty"`
	CLV    crm.Money       `json:"lifetime_value"`
}

type whatIfCost struct {
	Reads   float64 `json:"read_units" doc:"DynamoDB's read request units."`
	Seconds float64 `json:"seconds" doc:"From its first message to its last."`
}

// WhatIfPath names a trial. Exported, because huma fills no unexported struct that is embedded.
type WhatIfPath struct {
	DraftPath
	WhatIf string `path:"what_if" pattern:"^wif_[0-9a-f]{32}$" example:"wif_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

func (d drafts) registerWhatIfs(a *api.API) {
	ask := operation("try-policy-draft", http.MethodPost, "/v1/policy-drafts/{id}/what-ifs", "What if this draft were in force?")
	ask.DefaultStatus = http.StatusAccepted
	ask.Description = "Judges everybody, from all their facts, by the policy in force and by the draft as it stands, as of today or a past date. Nothing else is touched. " +
		"The answer says where the outcome will be."
	api.Register(a, ask, d.ask)
	read := operation("read-what-if", http.MethodGet, "/v1/policy-drafts/{id}/what-ifs/{what_if}", "How far a trial of a draft is, and what it came to")
	read.Description = "Kept for 90 days, also when the draft is activated or discarded."
	api.Register(a, read, d.whatIf)
}

type askedWhatIf struct {
	Location string `header:"Location"`
	Body     whatIfView
}

func (d drafts) ask(ctx context.Context, in *struct {
	DraftPath
	Body struct {
		AsOf crm.Date `json:"as_of,omitempty" doc:"A date, local to the deployment; left out: today." example:"2026-03-31"`
	}
}) (*askedWhatIf, error) {
	now := crm.AsOf(ctx)
	today := crm.DateIn(now, d.zone)
	if in.Body.AsOf > today {
		return nil, crm.Wrong("settings.ask", "as_of", "must not be later than today")
	}
	draft, err := d.kept.ReadDraft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	active, err := d.policies.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	if err := d.keys.MakeKeys(ctx); err != nil {
		return nil, err
	}
	run := whatif.Run{ID: crm.NewID("wif", now), Draft: in.ID, Revision: draft.Rev, Policy: draft.Value.Policy, Before: active,
		On: today, By: api.CallerOf(ctx).Subject, AskedAt: now}
	if in.Body.AsOf != 0 {
		run.On = in.Body.AsOf
	}
	out := api.Promise(ctx, &askedWhatIf{"/v1/policy-drafts/" + run.Draft + "/what-ifs/" + run.ID, shownWhatIf(whatif.State{Run: run}, true, d.currency)})
	if err := d.whatIfs.Ask(ctx, run); err != nil {
		return nil, err
	}
	return out, nil
}

type foundWhatIf struct{ Body whatIfView }

func (d drafts) whatIf(ctx context.Context, in *WhatIfPath) (*foundWhatIf, error) {
	s, err := d.whatIfs.Run(ctx, in.ID, in.WhatIf)
	return &foundWhatIf{shownWhatIf(s, api.CallerOf(ctx).Role == api.Admin, d.currency)}, err
}

func shownWhatIf(s whatif.State, named bool, currency string) whatIfView {
	v := whatIfView{ID: s.ID, Draft: s.Draft, DraftETag: api.ETag(revision(s.Revision)), Against: s.Before.Policy, AsOf: s.On, By: s.By,
		AskedAt: s.AskedAt, State: "waiting", Segments: s.Segments, Done: s.Done, FinishedAt: s.FinishedAt}
	if s.Segments > 0 {
		v.State = "running"
	}
	if s.Outcome == nil {
		return v
	}
	v.State = "done"
	money := func(minor int64) crm.Money { return crm.Money{Minor: minor, Currency: currency} }
	flows := func(all whatif.Flows) []flowView {
		shown := make([]flowView, len(all))
		for i, f := range all {
			shown[i] = flowView{f.Was, f.Is, f.Customers, money(f.Spend)}
		}
		return shown
	}
	o := &whatIfOutcome{Customers: s.Outcome.Customers, Changed: s.Outcome.Changed,
		Levels: flows(s.Outcome.Levels), Tiers: flows(s.Outcome.Tiers), Churn: flows(s.Outcome.Churn), Was: money(s.Outcome.Was), Is: money(s.Outcome.Is),
		Most: []affectedView{}, Cost: whatIfCost{s.Outcome.Reads, s.FinishedAt.Sub(s.BegunAt).Seconds()}}
	if named {
		for _, a := range s.Outcome.Most {
			o.Most = append(o.Most, affectedView{a.Customer, money(a.Spend), answersOf(a.Was, currency), answersOf(a.Is, currency), a.Why})
		}
	}
	v.Outcome = o
	return v
}

func answersOf(s whatif.Side, currency string) answers {
	c := s.Classes
	return answers{string(c.Level), string(c.Tier), string(c.Status), c.Scores(), c.WarnedSince, crm.Money{Minor: s.CLV, Currency: currency}}
}
