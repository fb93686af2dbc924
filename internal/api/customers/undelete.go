package customers

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// undeleted is who came back, and which of their keys did not come with them.
type undeleted struct {
	ETag string `header:"ETag"`
	Body struct {
		Customer
		Taken []taken `json:"taken,omitempty" nullable:"false" doc:"What somebody else is recognised by meanwhile: it stays in this profile, but whoever names it is the other."`
	}
}

type taken struct {
	Kind   customer.KeyKind `json:"kind" enum:"phone,email,card,platform" example:"phone"`
	Value  string           `json:"value" example:"+8613812345678"`
	HeldBy crm.CustomerID   `json:"held_by" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

func (l leaf) registerUndelete(a *api.API) {
	op := operation("undelete-customer", http.MethodPost, "/v1/customers/{id}/undelete", "Undo the deletion of a customer", http.StatusConflict, http.StatusGone)
	op.Description = "Within 30 days of it; later 410. Phones, e-mails, cards and accounts that nobody took meanwhile recognise the customer again. 409: nobody deleted them."
	api.Register(a, op, l.undelete)
}

func (l leaf) undelete(ctx context.Context, in *api.CustomerPath) (*undeleted, error) {
	p, deleted, err := l.profiles.Deleted(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	at := crm.AsOf(ctx)
	switch {
	case deleted.IsZero():
		return nil, crm.Fail("customers.undelete", crm.Conflict, "the customer is not deleted")
	case at.Sub(deleted) > customer.UndoFor:
		return nil, &api.Problem{Status: http.StatusGone, Detail: "the customer was deleted more than 30 days ago"}
	}
	before := p.Revision
	p = p.Edited(p, at)
	keys := p.Keys()
	holders, err := l.profiles.Holders(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	out := &undeleted{ETag: api.ETag(string(p.Revision))}
	out.Body.Customer = shown(ctx, p)
	var free []customer.Key
	for i, k := range keys {
		if holders[i] == "" || holders[i] == p.ID {
			free = append(free, k)
			continue
		}
		if err := l.profiles.Claim(ctx, k, p.ID); err != nil {
			return nil, err
		}
		out.Body.Taken = append(out.Body.Taken, taken{k.Kind, k.Value, holders[i]})
	}
	return api.Promise(ctx, out), l.profiles.Restore(ctx, p, before, free)
}
