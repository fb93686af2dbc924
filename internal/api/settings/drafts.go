package settings

import (
	"context"
	"net/http"
	"slices"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// Drafts keeps policies that are not in force. A put names the revision that it
// replaces, 0 for a new one, and returns the new one; Conflict otherwise, as
// where a draft that goes has another revision.
type Drafts interface {
	ReadDraft(ctx context.Context, id string) (crm.Versioned[standing.Draft], error)
	AllDrafts(ctx context.Context) ([]crm.Versioned[standing.Draft], error)
	PutDraft(ctx context.Context, d standing.Draft, rev int64) (int64, error)
	DiscardDraft(ctx context.Context, id string, rev int64) error
	// ActivateDraft puts a draft's policy in force as the version after the
	// active one, in its place.
	ActivateDraft(ctx context.Context, id string, rev int64, version int, document []byte) error
}

// draftView is a draft as callers see it; what they write of it is its body.
type draftView struct {
	ID        string      `json:"id" readOnly:"true" example:"drf_0190163d8694739b9c5f1e2d3a4b5c6d"`
	BasedOn   int         `json:"based_on" doc:"The version that was in force when the draft was written last. Only this one can be replaced by it." example:"1"`
	Author    crm.Subject `json:"author" doc:"Who wrote it last."`
	CreatedAt time.Time   `json:"created_at"`
	AmendedAt time.Time   `json:"amended_at"`
	PolicyBody
}

// DraftPath names a draft. Exported, because huma fills no unexported struct that is embedded.
type DraftPath struct {
	ID string `path:"id" pattern:"^drf_[0-9a-f]{32}$" example:"drf_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

// drafts is what operations on drafts work with.
type drafts struct {
	leaf
	kept    Drafts
	whatIfs WhatIfs
}

func (d drafts) register(a *api.API) {
	api.Register(a, operation("list-policy-drafts", http.MethodGet, "/v1/policy-drafts", "Policies that are not in force yet"), d.list)
	create := operation("create-policy-draft", http.MethodPost, "/v1/policy-drafts", "Draft a policy")
	create.DefaultStatus = http.StatusCreated
	create.Description = "The policy in force with these changes, as a merge patch of it; the reason must be given. A draft decides nothing until it is activated. " +
		"One that contradicts itself is refused, with the place."
	api.Register(a, create, d.create)
	api.Register(a, operation("read-policy-draft", http.MethodGet, "/v1/policy-drafts/{id}", "One draft of a policy"), d.read)
	amend := operation("update-policy-draft", http.MethodPatch, "/v1/policy-drafts/{id}", "Amend a draft of a policy", http.StatusConflict)
	amend.Description = "The draft is then based on the version that is in force now."
	api.Register(a, amend, d.amend)
	api.Register(a, operation("discard-policy-draft", http.MethodDelete, "/v1/policy-drafts/{id}", "Discard a draft of a policy", http.StatusConflict), d.discard)
	activate := operation("activate-policy-draft", http.MethodPost, "/v1/policy-drafts/{id}/activate", "Put a draft in force as the next version of the policy", http.StatusConflict)
	activate.DefaultStatus = http.StatusCreated
	activate.Description = "If-Match names the draft as it was read. Decisions are made by the new version from now on, and everybody is decided again in the background: " +
		"see the version's progress. The draft is gone. 409 where another version than the one it is based on is in force."
	api.Register(a, activate, d.activate)
}

func (d drafts) list(ctx context.Context, _ *struct{}) (*list[draftView], error) {
	all, err := d.kept.AllDrafts(ctx)
	out := &list[draftView]{}
	out.Body.Items = make([]draftView, len(all))
	for i, v := range all {
		out.Body.Items[i] = shownDraft(v.Value)
	}
	return out, err
}

type createdDraft struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     draftView
}

func (d drafts) create(ctx context.Context, in *struct{ Body api.Patch[PolicyBody] }) (*createdDraft, error) {
	if !slices.Contains(in.Body.Names(), "reason") {
		return nil, crm.Wrong("settings.createDraft", "reason", "must be given")
	}
	active, err := d.policies.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	inForce, err := d.policy(ctx, active.Policy)
	if err != nil {
		return nil, err
	}
	body, err := in.Body.Apply(bodyOf(inForce))
	if err != nil {
		return nil, err
	}
	draft, err := d.draft(ctx, crm.NewID("drf", crm.AsOf(ctx)), body)
	if err != nil {
		return nil, err
	}
	out := api.Promise(ctx, &createdDraft{"/v1/policy-drafts/" + draft.ID, api.ETag(revision(1)), shownDraft(draft)})
	if _, err := d.kept.PutDraft(ctx, draft, 0); err != nil {
		return nil, err
	}
	return out, nil
}

func (d drafts) read(ctx context.Context, in *DraftPath) (*found[draftView], error) {
	v, err := d.kept.ReadDraft(ctx, in.ID)
	return &found[draftView]{ETag: api.ETag(revision(v.Rev)), Body: shownDraft(v.Value)}, err
}

func (d drafts) amend(ctx context.Context, in *struct {
	DraftPath
	api.IfMatch
	Body api.Patch[PolicyBody] `contentType:"application/merge-patch+json"`
}) (*found[draftView], error) {
	stored, err := d.kept.ReadDraft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := in.Body.Apply(bodyOf(stored.Value.Policy)) // a bad value is told whatever the ETag
	if err != nil {
		return nil, err
	}
	if err := in.Expect(revision(stored.Rev)); err != nil {
		return nil, err
	}
	next, err := d.draft(ctx, in.ID, body)
	if err != nil {
		return nil, err
	}
	next.Policy.CreatedAt = stored.Value.Policy.CreatedAt
	rev, err := d.kept.PutDraft(ctx, next, stored.Rev)
	return &found[draftView]{ETag: api.ETag(revision(rev)), Body: shownDraft(next)}, err
}

func (d drafts) discard(ctx context.Context, in *struct {
	DraftPath
	api.IfMatch
}) (*struct{}, error) {
	stored, err := d.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return nil, d.kept.DiscardDraft(ctx, in.ID, stored.Rev)
}

func (d drafts) activate(ctx context.Context, in *struct {
	DraftPath
	api.IfMatch
}) (*createdPolicy, error) {
	stored, err := d.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	active, err := d.policies.Active(ctx, true)
	if err != nil {
		return nil, err
	}
	if based := stored.Value.BasedOn; based != active.Policy {
		return nil, crm.Fail("settings.activateDraft", crm.Conflict, "the draft was written when policy %d was in force, and now it is policy %d: look at it again and amend the draft", based, active.Policy)
	}
	p := stored.Value.Policy
	if wrong := p.Validate(); len(wrong) > 0 { // by rules that are newer than the draft
		return nil, &crm.Error{Op: "settings.activateDraft", Kind: crm.Invalid, Detail: "the policy breaks a rule", Fields: wrong}
	}
	return d.leaf.activate(ctx, p, active.Policy+1, func(ctx context.Context, version int, document []byte) error {
		return d.kept.ActivateDraft(ctx, in.ID, stored.Rev, version, document)
	})
}

// draft is what a caller writes, on the version that is in force.
func (d drafts) draft(ctx context.Context, id string, b PolicyBody) (standing.Draft, error) {
	p, err := d.written(ctx, b)
	if err != nil {
		return standing.Draft{}, err
	}
	active, err := d.policies.Active(ctx, true)
	return standing.Draft{ID: id, BasedOn: active.Policy, AmendedAt: p.CreatedAt, Policy: p}, err
}

// expected is the draft, where it still is as the caller read it.
func (d drafts) expected(ctx context.Context, id string, match api.IfMatch) (crm.Versioned[standing.Draft], error) {
	stored, err := d.kept.ReadDraft(ctx, id)
	if err != nil {
		return stored, err
	}
	return stored, match.Expect(revision(stored.Rev))
}

func shownDraft(v standing.Draft) draftView {
	p := v.Policy
	return draftView{ID: v.ID, BasedOn: v.BasedOn, Author: p.Author, CreatedAt: p.CreatedAt, AmendedAt: v.AmendedAt,
		PolicyBody: bodyOf(p)}
}
