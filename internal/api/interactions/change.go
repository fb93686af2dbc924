package interactions

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

func (l leaf) amend(ctx context.Context, in *struct {
	Path
	api.IfMatch
	Body api.Patch[Fields] `contentType:"application/merge-patch+json"`
}) (*answer, error) {
	const op = "interactions.amend"
	before, err := l.own(ctx, op, in.Path, in.IfMatch)
	if err != nil {
		return nil, err
	}
	fields, err := in.Body.Apply(fieldsOf(before))
	if err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	next := fields.of(before)
	next.Version, next.Origin = crm.NewVersion(e.At, 0, nil), origin(e)
	if err := check(ctx, op, next); err != nil {
		return nil, err
	}
	if err := l.keep.AmendInteraction(ctx, before, next); err != nil {
		return nil, err
	}
	return &answer{etag(next), shown(next)}, nil
}

func (l leaf) withdraw(ctx context.Context, in *struct {
	Path
	api.IfMatch
}) (*struct{}, error) {
	before, err := l.own(ctx, "interactions.withdraw", in.Path, in.IfMatch)
	if err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	return nil, l.keep.WithdrawInteraction(ctx, before, crm.NewVersion(e.At, 1, nil), origin(e))
}

// own is a contact that the caller may change, and has seen as it stands: who
// recorded it, or an admin.
func (l leaf) own(ctx context.Context, op string, path Path, seen api.IfMatch) (crm.Interaction, error) {
	if err := api.See(ctx, l.people, path.ID); err != nil {
		return crm.Interaction{}, err
	}
	i, err := l.keep.Interaction(ctx, path.ID, path.Interaction)
	if err != nil {
		return i, err
	}
	if caller := api.CallerOf(ctx); i.By != caller.Subject && caller.Role != api.Admin {
		return i, crm.Fail(op, crm.Forbidden, "only who recorded it, or an admin, may change it")
	}
	return i, seen.Expect(string(i.Version))
}

func (l leaf) versions(ctx context.Context, in *struct {
	Path
	api.Page
}) (*api.Listed[Interaction], error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Interaction, string, error) {
			return l.keep.EarlierInteractions(ctx, in.ID, in.Interaction, limit, after)
		},
		func(i crm.Interaction) (Interaction, error) { return shown(i), nil })
}
