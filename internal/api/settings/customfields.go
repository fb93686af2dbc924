package settings

import (
	"context"

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
	document[customer.CustomFields]{
		name: "custom-fields", path: "/v1/custom-fields", what: "the retailer's own fields of a customer",
		description: "Effective within 60 seconds. The document replaces the one that stands, whole; but a field can't be left out, only retired, " +
			"and keeps its type and whether it is sensitive: so every value that was ever written can be read.",
		read: func(ctx context.Context) (crm.Versioned[customer.CustomFields], error) {
			v, err := fields.ReadCustomFields(ctx)
			if v.Value.Fields == nil {
				v.Value.Fields = []customer.CustomField{}
			}
			return v, err
		},
		check: customer.CustomFields.Validate,
		write: func(ctx context.Context, v customer.CustomFields, rev int64) (int64, error) {
			return fields.PutCustomFields(ctx, v, rev)
		},
	}.register(l, a)
}
