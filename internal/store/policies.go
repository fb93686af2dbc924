package store

import (
	"context"
	"strconv"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// Policies puts policies in force. With each goes the timer by which it is
// brought to everybody: a policy that is in force and not rolled out can't be.
type Policies struct {
	Settings
	timers Timers
}

// NewPolicies puts policies in force among these settings.
func NewPolicies(settings Settings, timers Timers) Policies { return Policies{settings, timers} }

// Activate puts a policy in force as the version after the active one. Conflict:
// somebody activated another meanwhile.
func (p Policies) Activate(ctx context.Context, version int, document []byte) error {
	return p.activate(ctx, "create-policy", version, document)
}

// ActivateDraft does the same with a draft's policy, where the draft's revision
// still is rev; the draft is gone then.
func (p Policies) ActivateDraft(ctx context.Context, id string, rev int64, version int, document []byte) error {
	err := p.activate(ctx, "activate-policy-draft", version, document, p.draftGone(id, rev))
	p.cache.forget(key{pkDrafts, id})
	return err
}

func (p Policies) activate(ctx context.Context, action string, version int, document []byte, with ...write) error {
	force := p.force(policyDocuments, version)
	force.when, force.values[":before"] = "#kind = :before", num(int64(version-1))
	if version == firstPolicy+1 {
		force.when = "attribute_not_exists(#kind)"
		delete(force.values, ":before")
	}
	timer, err := p.timers.set(decision.Rollout{Release: decision.Release{Kind: decision.OfPolicy, Version: version}}.Timer(crm.AsOf(ctx)))
	if err != nil {
		return err
	}
	return p.keep(ctx, policyDocuments, version, document, append(with, force, p.since(ctx, policyDocuments, version), timer, p.audit.entry(ctx, action, strconv.Itoa(version)))...)
}
