package store

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

func customFieldsKey() key { return key{pkCustom, skFields} }

// ReadCustomFields gives the retailer's own fields as they stand; none, with
// revision 0, before an admin has set any.
func (s Settings) ReadCustomFields(ctx context.Context) (crm.Versioned[customer.CustomFields], error) {
	v, err := fresh[customer.CustomFields](ctx, s, customFieldsKey(), "document")
	if crm.KindOf(err) == crm.NotFound {
		return v, nil
	}
	return v, err
}

// CustomFields is for those who only use them, and bear that they are a minute old.
func (s Settings) CustomFields(ctx context.Context) (customer.CustomFields, error) {
	v, err := read[customer.CustomFields](ctx, s, customFieldsKey(), "document")
	if crm.KindOf(err) == crm.NotFound { // of many deployments for ever: remembered like an answer
		s.cache.put(customFieldsKey(), settingItem{Rev: 1, Body: "{}"}, crm.AsOf(ctx))
		return v.Value, nil
	}
	return v.Value, err
}

// PutCustomFields is PutStaff's like.
func (s Settings) PutCustomFields(ctx context.Context, v customer.CustomFields, rev int64) (int64, error) {
	return s.write(ctx, "put-custom-fields", customFieldsKey(), v, rev, false)
}
