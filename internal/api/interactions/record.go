package interactions

import (
	"context"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

type answer struct {
	ETag string `header:"ETag"`
	Body Interaction
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Interaction
}

func (l leaf) record(ctx context.Context, in *struct {
	api.CustomerPath
	Body struct {
		At time.Time `json:"at,omitzero" doc:"When it was; absent: now. Not in the future." example:"2026-11-20T15:04:05+08:00"`
		Fields
	}
}) (*created, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	if in.Body.At.IsZero() {
		in.Body.At = e.At
	}
	at := in.Body.At.UTC().Truncate(time.Millisecond)
	i := in.Body.of(crm.Interaction{Customer: in.ID, At: at, By: e.Subject, Version: crm.NewVersion(e.At, 0, nil), Origin: origin(e)})
	if err := check(ctx, "interactions.record", i); err != nil {
		return nil, err
	}
	i.ID = crm.InteractionID(crm.NewID("int", at))
	out := api.Promise(ctx, &created{Location: "/v1/customers/" + string(i.Customer) + "/interactions/" + string(i.ID), ETag: etag(i), Body: shown(i)})
	if err := l.keep.RecordInteraction(ctx, i); err != nil {
		return nil, err
	}
	return out, nil
}

func (l leaf) list(ctx context.Context, in *struct {
	api.CustomerPath
	Channel crm.Channel         `query:"channel" enum:"phone,email,social,chat,visit,page_view,login,cart,device" example:"phone"`
	Type    crm.InteractionType `query:"type" enum:"contact,enquiry,complaint,feedback,focus_group,mystery_shopper,vip_round" example:"contact"`
	From    api.Day             `query:"from" doc:"The first date, local to the deployment; absent: from the beginning." example:"2026-03-01"`
	To      api.Day             `query:"to" doc:"The last date; absent: until now." example:"2026-03-31"`
	api.Page
}) (*api.Listed[Interaction], error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	if in.To.Date != 0 && in.From.Date > in.To.Date {
		return nil, crm.Wrong("interactions.list", "query.from", "must not be later than to")
	}
	match := func(i crm.Interaction) bool {
		return (in.Channel == "" || i.Channel == in.Channel) && (in.Type == "" || i.Type == in.Type)
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Interaction, string, error) {
			return l.keep.Interactions(ctx, in.ID, in.From.Date, in.To.Date, match, limit, after)
		},
		func(i crm.Interaction) (Interaction, error) { return shown(i), nil })
}

func (l leaf) read(ctx context.Context, in *Path) (*answer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	i, err := l.keep.Interaction(ctx, in.ID, in.Interaction)
	if err != nil {
		return nil, err
	}
	return &answer{etag(i), shown(i)}, nil
}

// etag is when the contact was said so last; of one id no two statements have
// the same.
func etag(i crm.Interaction) string { return api.ETag(string(i.Version)) }
