package settings

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// CustomFields keeps the one document of the retailer's own fields of a
// customer; revision 0 before any are set.
type CustomFields interface {
	ReadCustomFields(ctx context.Context) (crm.Versioned[customer.CustomFields], error)
	PutCustomFields(ctx context.Context, v customer.CustomFields, rev int64) (int64, error)
}

func (l leaf) registerCustomFields(a *api.API, fields CustomFields) {
	api.Register(a, operation("read-custom-fields", http.MethodGet, "/v1/custom-fields", "The retailer's own fields of a customer"),
		func(ctx context.Context, _ *struct{}) (*found[customer.CustomFields], error) {
			v, err := fields.ReadCustomFields(ctx)
			if v.Value.Fields == nil {
				v.Value.Fields = []customer.CustomField{}
			}
			return &found[customer.CustomFields]{ETag: api.ETag(revision(v.Rev)), Body: v.Value}, err
		})
	put := operation("put-custom-fields", http.MethodPut, "/v1/custom-fields", "Set the retailer's own fields of a customer", http.StatusConflict)
	put.Description = "Effective within 60 seconds. The document replaces the one that stands, whole; but a field can't be left out, only retired, " +
		"and keeps its type and whether it is sensitive: so every value that was ever written can be read."
	api.Register(a, put, func(ctx context.Context, in *struct {
		api.IfMatch
		Body customer.CustomFields
	}) (*found[customer.CustomFields], error) {
		stored, err := fields.ReadCustomFields(ctx)
		if err != nil {
			return nil, err
		}
		if err := in.Expect(revision(stored.Rev)); err != nil {
			return nil, err
		}
		if err := in.Body.Validate(stored.Value); err != nil {
			return nil, err
		}
		if err := l.keys.MakeKeys(ctx); err != nil {
			return nil, err
		}
		rev, err := fields.PutCustomFields(ctx, in.Body, stored.Rev)
		return &found[customer.CustomFields]{ETag: api.ETag(revision(rev)), Body: in.Body}, err
	})
}
