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

// PolicyBody is what an admin writes: all sections, and why.
type PolicyBody struct {
	Reason   string       `json:"reason" minLength:"1" maxLength:"500" example:"Gold from 8,000 for the anniversary year"`
	Currency string       `json:"currency,omitempty" maxLength:"3" doc:"Of all amounts: the deployment's base currency, also when it is left out." example:"CNY"`
	Level    level.Policy `json:"level"`
	RFM      rfm.Policy   `json:"rfm"`
	Tier     tier.Policy  `json:"tier"`
	Churn    churn.Policy `json:"churn"`
	Value    clv.Policy   `json:"value"`
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
		func(ctx context.Context, in *PolicyPath) (*found[standing.Policy], error) {
			version, _, err := l.version(ctx, in)
			if err != nil {
				return nil, err
			}
			p, err := l.policy(ctx, version)
			if err != nil {
				return nil, err
			}
			return &found[standing.Policy]{ETag: api.ETag(strconv.Itoa(version)), Body: p}, nil
		})
	create := operation("create-policy", http.MethodPost, "/v1/policies", "Put a new policy in force, without a draft", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	create.Description = "In one step what a draft does in two. Decisions are made by it from now on, and everybody is decided again in the background: see its progress."
	api.Register(a, create, l.createPolicy)
}

// PolicyPath names a version. Exported, because huma fills no unexported struct that is embedded.
type PolicyPath struct {
	ID string `path:"id" pattern:"^(active|[1-9][0-9]{0,6})$" doc:"A version, or active." example:"active"`
}

// version is the one that a path names, and the one in force.
func (l leaf) version(ctx context.Context, in *PolicyPath) (version, active int, err error) {
	inForce, err := l.policies.Active(ctx, true)
	if err != nil {
		return 0, 0, err
	}
	version, active = inForce.Policy, inForce.Policy
	if in.ID != "active" {
		version, _ = strconv.Atoi(in.ID) // the pattern lets only numbers pass
	}
	if version > active {
		return 0, 0, crm.Fail("settings.policy", crm.NotFound, "there is no such policy")
	}
	return version, active, nil
}

type createdPolicy struct {
	Location string `header:"Location"`
	Body     standing.Policy
}

func (l leaf) createPolicy(ctx context.Context, in *struct{ Body PolicyBody }) (*createdPolicy, error) {
	p, err := l.written(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	active, err := l.policies.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	return l.activate(ctx, p, active.Policy+1, l.policies.Activate)
}

// bodyOf is what was written of a policy.
func bodyOf(p standing.Policy) PolicyBody {
	return PolicyBody{Reason: p.Reason, Currency: p.Currency, Level: p.Level, RFM: p.RFM, Tier: p.Tier, Churn: p.Churn, Value: p.Value}
}

// written is the policy that a caller writes, if it breaks no rule.
func (l leaf) written(ctx context.Context, b PolicyBody) (standing.Policy, error) {
	p := standing.Policy{Author: api.CallerOf(ctx).Subject, Reason: b.Reason, CreatedAt: crm.AsOf(ctx),
		Currency: l.currency, Level: b.Level, RFM: b.RFM, Tier: b.Tier, Churn: b.Churn.Complete(), Value: b.Value}
	wrong := p.Validate()
	if b.Currency != "" && b.Currency != l.currency {
		wrong = append(wrong, crm.Field{Path: "currency", Message: "must be the deployment's, " + l.currency})
	}
	if len(wrong) > 0 {
		return p, &crm.Error{Op: "settings.written", Kind: crm.Invalid, Detail: "the policy breaks a rule", Fields: wrong}
	}
	return p, nil
}

// activate puts a policy in force as a version.
func (l leaf) activate(ctx context.Context, p standing.Policy, version int, put func(ctx context.Context, version int, document []byte) error) (*createdPolicy, error) {
	p.Version, p.ActivatedAt = version, crm.AsOf(ctx)
	document, err := json.Marshal(p)
	if err != nil {
		return nil, &crm.Error{Op: "settings.activate", Err: err}
	}
	out := api.Promise(ctx, &createdPolicy{Location: fmt.Sprintf("/v1/policies/%d", version), Body: p})
	if err := put(ctx, version, document); err != nil {
		return nil, err
	}
	return out, nil
}

func (l leaf) policy(ctx context.Context, version int) (standing.Policy, error) {
	return standing.Book{Documents: l.policies, Currency: l.currency}.Policy(ctx, version)
}
