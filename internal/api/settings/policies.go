package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// Policies keeps policy versions. They are only ever added; Activate puts one in
// force as the version after the active one, or returns a Conflict.
type Policies interface {
	standing.Documents
	Activate(ctx context.Context, version int, document []byte) error
}

// policyBody is what an admin writes: all sections, and why.
type policyBody struct {
	Reason string       `json:"reason" minLength:"1" maxLength:"500" example:"Gold from 8,000 for the anniversary year"`
	Level  level.Policy `json:"level"`
	RFM    rfm.Policy   `json:"rfm"`
	Tier   tier.Policy  `json:"tier"`
	Churn  churn.Policy `json:"churn"`
	Value  clv.Policy   `json:"value"`
}

// policySummary is one version in the list.
type policySummary struct {
	Version     int         `json:"version" example:"2"`
	Active      bool        `json:"active"`
	Author      crm.Subject `json:"author,omitempty" doc:"Empty for the first, which the program comes with."`
	Reason      string      `json:"reason"`
	ActivatedAt time.Time   `json:"activated_at,omitzero"`
}

func (l leaf) registerPolicies(a *api.API) {
	api.Register(a, operation("list-policies", http.MethodGet, "/v1/policies", "All versions of the policy, the newest first"),
		func(ctx context.Context, _ *struct{}) (*list[policySummary], error) {
			active, err := l.policies.Active(ctx, true)
			if err != nil {
				return nil, err
			}
			out := &list[policySummary]{}
			for version := active.Policy; version >= 1; version-- {
				p, err := l.policy(ctx, version)
				if err != nil {
					return nil, err
				}
				out.Body.Items = append(out.Body.Items, policySummary{Version: version, Active: version == active.Policy, Author: p.Author, Reason: p.Reason, ActivatedAt: p.ActivatedAt})
			}
			return out, nil
		})
	api.Register(a, operation("read-policy", http.MethodGet, "/v1/policies/{id}", "One version of the policy"),
		func(ctx context.Context, in *struct {
			ID string `path:"id" pattern:"^(active|[1-9][0-9]{0,6})$" doc:"A version, or active." example:"active"`
		}) (*found[standing.Policy], error) {
			active, err := l.policies.Active(ctx, true)
			if err != nil {
				return nil, err
			}
			version := active.Policy
			if in.ID != "active" {
				version, _ = strconv.Atoi(in.ID) // the pattern lets only numbers pass
			}
			if version > active.Policy {
				return nil, crm.Fail("settings.policy", crm.NotFound, "there is no such policy")
			}
			p, err := l.policy(ctx, version)
			if err != nil {
				return nil, err
			}
			return &found[standing.Policy]{ETag: api.ETag(strconv.Itoa(version)), Body: p}, nil
		})
	create := operation("create-policy", http.MethodPost, "/v1/policies", "Put a new policy in force", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	create.Description = "Decisions are made by it from now on; the nightly review decides everybody else again."
	api.Register(a, create, l.createPolicy)
}

type createdPolicy struct {
	Location string `header:"Location"`
	Body     standing.Policy
}

func (l leaf) createPolicy(ctx context.Context, in *struct{ Body policyBody }) (*createdPolicy, error) {
	const op = "settings.createPolicy"
	active, err := l.policies.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	at := crm.AsOf(ctx)
	p := standing.Policy{Version: active.Policy + 1, Author: api.CallerOf(ctx).Subject, Reason: in.Body.Reason, CreatedAt: at, ActivatedAt: at,
		Currency: l.currency, Level: in.Body.Level, RFM: in.Body.RFM, Tier: in.Body.Tier, Churn: in.Body.Churn.Complete(), Value: in.Body.Value}
	if wrong := p.Validate(); len(wrong) > 0 {
		return nil, &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the policy breaks a rule", Fields: wrong}
	}
	document, err := json.Marshal(p)
	if err != nil {
		return nil, &crm.Error{Op: op, Err: err}
	}
	out := api.Promise(ctx, &createdPolicy{Location: fmt.Sprintf("/v1/policies/%d", p.Version), Body: p})
	if err := l.policies.Activate(ctx, p.Version, document); err != nil {
		return nil, err
	}
	return out, nil
}

func (l leaf) policy(ctx context.Context, version int) (standing.Policy, error) {
	return standing.Book{Documents: l.policies, Currency: l.currency}.Policy(ctx, version)
}
